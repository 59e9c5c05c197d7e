-- Sends BENCH_BODY, or nothing, to BENCH_PATH; a %d in the path becomes the number of one of BENCH_KEYS keys, in turn.
local folder = os.getenv("BENCH_FOLDER")
done = dofile(folder .. "/report.lua").done

local path, keys, body = os.getenv("BENCH_PATH"), tonumber(os.getenv("BENCH_KEYS")), os.getenv("BENCH_BODY")
local requests, at = {}, 0

function init(arguments)
  for name, value in os.getenv("BENCH_HEADERS"):gmatch("([^\n:]+): ([^\n]*)") do
    wrk.headers[name] = value
  end
  for key = 1, keys do
    local target = path:gsub("%%d", key - 1)
    requests[key] = body == "" and wrk.format("GET", target) or wrk.format("POST", target, nil, body)
  end
end

function request()
  at = at % keys + 1
  return requests[at]
end
