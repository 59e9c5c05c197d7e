-- Reads BENCH_PATH; a %d in it becomes the number of one of BENCH_KEYS secrets, in turn.
local folder = os.getenv("BENCH_FOLDER")
done = dofile(folder .. "/report.lua").done

local path, keys = os.getenv("BENCH_PATH"), tonumber(os.getenv("BENCH_KEYS"))
local requests, at = {}, 0

function init(arguments)
  wrk.headers["X-Vault-Token"] = os.getenv("BENCH_TOKEN")
  wrk.headers["X-Vault-Request"] = "true"
  for key = 1, keys do
    requests[key] = wrk.format("GET", (path:gsub("%%d", key - 1)))
  end
end

function request()
  at = at % keys + 1
  return requests[at]
end
