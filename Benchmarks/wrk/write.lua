-- Writes BENCH_BODY to BENCH_PATH; a %d in the path becomes the number of one of BENCH_KEYS secrets.
local folder = os.getenv("BENCH_FOLDER")
done = dofile(folder .. "/report.lua").done

local path, keys = os.getenv("BENCH_PATH"), tonumber(os.getenv("BENCH_KEYS"))
local requests, at = {}, 0

function init(arguments)
  wrk.headers["X-Vault-Token"] = os.getenv("BENCH_TOKEN")
  wrk.headers["X-Vault-Request"] = "true"
  wrk.headers["Content-Type"] = "application/json"
  for key = 1, keys do
    requests[key] = wrk.format("POST", (path:gsub("%%d", key - 1)), nil, os.getenv("BENCH_BODY"))
  end
end

function request()
  at = at % keys + 1
  return requests[at]
end
