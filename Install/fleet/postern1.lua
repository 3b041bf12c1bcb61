#!lua name=postern1
-- One quota for a fleet of web servers: a library of functions for Valkey, or Redis 7.0 and later.
-- `postern fleet setup` loads it; Tests/Fleet/function has its cases.
--
-- The record of a quota is one string, so that one SET changes all of it or, out of memory, nothing:
--
--   {1, generation, minute, hour, minutes, hours, nodes}      in MessagePack
--   minutes, hours   age, messages, recipients, age, ...: steps that are not empty; age 0 is the newest
--   nodes            {id, number, messages, recipients, minute, hour, granted messages, granted recipients}, ...
--
-- A node is a web server. Beside its number stand what it had let out in all when it last called, and what that call
-- granted. Each call says again what the node has let out in all; the difference is settled then. So nothing depends on
-- an answer having been heard: a grant that was not used is taken back, mail that left without a grant is booked, and
-- a record that was lost, or is an old one, comes back from the nodes themselves.
--
-- The clock is the server's, once for each call. It follows SlidingWindow: 61 minutes, 25 hours.

-- Of this text: whoever loads another one over it is told by `postern fleet check`.
local RELEASE = 3
-- Of a record.
local VERSION = 1
local PREFIX = 'postern:q:'
local STEPS = {61, 25}
local ARGUMENTS = 20
-- Of a node: how many starts are kept in mind, and for how many seconds. Each tells of itself once a minute.
local STARTS, STARTS_SECONDS = 16, 3600

-- The two halves of {messages per hour, recipients per hour, messages per day, recipients per day}, and the order in
-- which they refuse: messages before recipients, the hour before the day.
local ORDER = {1, 3, 2, 4}

-- Since 1970, by this server's clock: the only one there is.
local function now_of_server()
  return tonumber(redis.call('TIME')[1])
end

local function read(key, minute, hour)
  local blob = redis.call('GET', key)
  if not blob then return {VERSION, 0, minute, hour, {}, {}, {}} end
  local is_record, record = pcall(cmsgpack.unpack, blob)
  -- What cannot be read was lost: the nodes bring it back.
  if not is_record or type(record) ~= 'table' then return {VERSION, 0, minute, hour, {}, {}, {}} end
  if record[1] ~= VERSION then error('postern1: ' .. key .. ' is a record of another version') end
  return record
end

local function write(key, record, seconds_of_hour)
  redis.call('SET', key, cmsgpack.pack(record), 'EX', STEPS[2] * seconds_of_hour)
end

local function clock(seconds_of_minute, seconds_of_hour)
  local now = now_of_server()
  return now, math.floor(now / seconds_of_minute), math.floor(now / seconds_of_hour)
end

-- A clock that went back frees nothing: every step keeps its age.
local function aged(window, by, steps)
  by = math.max(0, by)
  local kept = {}
  for i = 1, #window, 3 do
    if window[i] + by < steps then
      local n = #kept
      kept[n + 1], kept[n + 2], kept[n + 3] = window[i] + by, window[i + 1], window[i + 2]
    end
  end
  return kept
end

-- Adds to a step, or takes away as far as it has that much.
local function add(window, age, messages, recipients)
  for i = 1, #window, 3 do
    if window[i] == age then
      window[i + 1] = math.max(0, window[i + 1] + messages)
      window[i + 2] = math.max(0, window[i + 2] + recipients)
      return
    end
  end
  if messages <= 0 and recipients <= 0 then return end
  local n = #window
  window[n + 1], window[n + 2], window[n + 3] = age, math.max(0, messages), math.max(0, recipients)
end

local function sums(minutes, hours)
  local used = {0, 0, 0, 0}
  for i = 1, #minutes, 3 do
    used[1], used[2] = used[1] + minutes[i + 1], used[2] + minutes[i + 2]
  end
  for i = 1, #hours, 3 do
    used[3], used[4] = used[3] + hours[i + 1], used[4] + hours[i + 2]
  end
  return used
end

-- Seconds until so much of a window has passed that `excess` of it is free; -1 = never.
local function seconds_until_free(window, column, excess, steps, width, now)
  local ages = {}
  for i = 1, #window, 3 do
    ages[#ages + 1] = {window[i], window[i + column]}
  end
  table.sort(ages, function(a, b) return a[1] > b[1] end)
  for _, step in ipairs(ages) do
    excess = excess - step[2]
    if excess <= 0 then return (math.floor(now / width) + steps - step[1]) * width - now end
  end
  return -1
end

-- Settles what the node has told of since its last call; returns its place in the record, or the number that it has
-- called with already.
local function settle(nodes, minutes, hours, minute, hour, a)
  local me
  for _, node in ipairs(nodes) do
    if node[1] == a.node then me = node end
  end
  local debt_messages, debt_recipients = math.huge, math.huge
  if not me then
    me = {a.node}
    nodes[#nodes + 1] = me
  elseif a.number <= me[2] then
    return nil, me[2]
  else
    local messages, recipients = me[3], me[4]
    if me[2] == a.kept then
      messages, recipients = messages + me[7], recipients + me[8]
    elseif a.messages >= me[3] and a.recipients >= me[4] and me[5] > 0 then
      add(minutes, minute - me[5], -me[7], -me[8])
      add(hours, hour - me[6], -me[7], -me[8])
    end
    -- An account that is lower than it was is an old copy: what was granted stays counted.
    debt_messages, debt_recipients = math.max(0, a.messages - messages), math.max(0, a.recipients - recipients)
  end
  -- A node that is not known brings what its own windows hold; no debt is more than that.
  add(minutes, 0, math.min(debt_messages, a.own[1]), math.min(debt_recipients, a.own[2]))
  add(hours, 0, math.min(debt_messages, a.own[3]), math.min(debt_recipients, a.own[4]))
  return me
end

-- What is told to a suspended user; nil = nobody is suspended any more. A suspension is a text as in the files of a web
-- server: origin, since, perhaps until, a line end, the reason. By this server's clock: those of the web servers differ.
-- What is no such text was written by hand, and has no end.
local function reason_in_force(text, now)
  local head, reason = string.match(text, '^([^\n]*)\n([^\n]*)\n?$')
  if not head then return text end
  local limit = string.match(head, '^%a+ %d+ (%d+)$')
  if limit and tonumber(limit) <= now then return nil end
  return reason
end

-- ARGV  1 quota   2 login, may be empty   3 node   4 number of this call   5 number of the last call that was granted
--       and its message let out   6 generation, -1 = not known   7,8 messages, recipients let out in all, this one not
--       among them   9,10 asked for   11-14 limits, -1 = none   15-18 what the node's own windows hold
--       19,20 seconds of a minute and of an hour: 60 and 3600, less in tests
local function arguments(ARGV)
  if #ARGV ~= ARGUMENTS then error('postern1: ' .. #ARGV .. ' arguments') end
  local n = {}
  for i = 4, ARGUMENTS do
    n[i] = tonumber(ARGV[i])
    if not n[i] or n[i] ~= n[i] or n[i] < -1 or n[i] > 2 ^ 53 then error('postern1: argument ' .. i) end
  end
  return {
    node = ARGV[3], number = n[4], kept = n[5], generation = n[6], messages = n[7], recipients = n[8],
    asked = {n[9], n[10], n[9], n[10]}, limits = {n[11], n[12], n[13], n[14]},
    own = {n[15], n[16], n[17], n[18]}, widths = {n[19], n[20]},
  }
end

-- The answers:
--   S reason                       suspended
--   R generation                   the quota was reset: forget your own windows, and call again
--   L number                       not later than the call with that number: nothing has changed
--   G now generation used*4 0      granted; used with it
--   1..4 now generation used*4 s   the limit that would be passed; s seconds until it fits, -1 = never, -2 = not known
local function charge(KEYS, ARGV)
  local a = arguments(ARGV)
  local now, minute, hour = clock(a.widths[1], a.widths[2])
  for i = 1, 2 do
    local text = ARGV[i] ~= '' and redis.call('HGET', KEYS[2], ARGV[i])
    local reason = text and reason_in_force(text, now)
    if reason then return {'S', reason} end
  end
  local record = read(KEYS[1], minute, hour)
  if a.generation >= 0 and a.generation < record[2] then return {'R', record[2]} end

  local minutes = aged(record[5], minute - record[3], STEPS[1])
  local hours = aged(record[6], hour - record[4], STEPS[2])
  local nodes = {}
  for _, node in ipairs(record[7]) do
    -- The clock went back: the number of a step names another one from now on, and nothing is taken back from it.
    if minute < record[3] then node[5], node[6] = 0, hour end
    if hour - node[6] <= STEPS[2] then nodes[#nodes + 1] = node end
  end
  local me, known = settle(nodes, minutes, hours, minute, hour, a)
  if not me then return {'L', known} end

  -- Never less than the node knows of itself, with whatever clock or data this server came up.
  local used, counted = sums(minutes, hours), sums(minutes, hours)
  for i = 1, 4 do used[i] = math.max(used[i], a.own[i]) end
  local verdict, wait, messages, recipients = 'G', 0, a.asked[1], a.asked[2]
  for _, i in ipairs(ORDER) do
    local limit = a.limits[i]
    if limit >= 0 and used[i] + a.asked[i] > limit then
      verdict, wait, messages, recipients = tostring(i), -2, 0, 0
      if a.asked[i] > limit then
        wait = -1
      elseif used[i] == counted[i] then
        local period = i <= 2 and 1 or 2
        wait = seconds_until_free(period == 1 and minutes or hours, i % 2 == 1 and 1 or 2,
          used[i] + a.asked[i] - limit, STEPS[period], a.widths[period], now)
      end
      break
    end
  end
  add(minutes, 0, messages, recipients)
  add(hours, 0, messages, recipients)
  me[2], me[3], me[4], me[5], me[6], me[7], me[8] =
    a.number, a.messages, a.recipients, minute, hour, messages, recipients
  local generation = math.max(a.generation, record[2])
  write(KEYS[1], {VERSION, generation, minute, hour, minutes, hours, nodes}, a.widths[2])
  return {verdict, now, generation, used[1] + messages, used[2] + recipients, used[3] + messages,
    used[4] + recipients, wait}
end

-- What is used. KEYS record; ARGV seconds of a minute, of an hour. Answers: now, generation, used*4, nodes.
local function look(KEYS, ARGV)
  local now, minute, hour = clock(tonumber(ARGV[1]), tonumber(ARGV[2]))
  local record = read(KEYS[1], minute, hour)
  local used = sums(aged(record[5], minute - record[3], STEPS[1]), aged(record[6], hour - record[4], STEPS[2]))
  return {now, record[2], used[1], used[2], used[3], used[4], #record[7]}
end

-- Empties the windows, everywhere: a generation later than any that a node knows. What the nodes have reported stays,
-- so that nothing comes back as a debt. KEYS and ARGV as for look. Answers: the generation.
local function reset(KEYS, ARGV)
  local now, minute, hour = clock(tonumber(ARGV[1]), tonumber(ARGV[2]))
  local record = read(KEYS[1], minute, hour)
  for _, node in ipairs(record[7]) do
    node[5], node[6], node[7], node[8] = 0, hour, 0, 0
  end
  local generation = math.max(record[2] + 1, now)
  write(KEYS[1], {VERSION, generation, minute, hour, {}, {}, record[7]}, tonumber(ARGV[2]))
  return generation
end

-- Removes suspensions that have ended, as many as one look finds.
local function tidy(key, now)
  local found = redis.call('HSCAN', key, '0', 'COUNT', 1000)[2]
  for i = 1, #found, 2 do
    if not reason_in_force(found[i + 1], now) then redis.call('HDEL', key, found[i]) end
  end
end

-- Suspends a name, from now on. KEYS suspensions; ARGV name, origin, seconds, -1 = without an end, reason, and "keep",
-- where a suspension that is in force stays as it is, or "replace". Answers: the suspension that was there, may be empty.
local function suspend(KEYS, ARGV)
  local name, origin, seconds, reason = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
  if #ARGV ~= 5 or name == '' or not string.match(origin, '^%a+$') or string.find(reason, '\n') then
    error('postern1: arguments')
  end
  if not seconds or seconds ~= math.floor(seconds) or seconds < -1 or seconds == 0 or seconds > 2 ^ 40 then
    error('postern1: argument 3')
  end
  local now = now_of_server()
  local former = redis.call('HGET', KEYS[1], name) or ''
  tidy(KEYS[1], now)
  local is_in_force = former ~= '' and reason_in_force(former, now)
  if is_in_force and ARGV[5] == 'keep' then return former end
  local limit = seconds > 0 and string.format(' %.0f', now + seconds) or ''
  redis.call('HSET', KEYS[1], name, string.format('%s %.0f%s\n%s\n', origin, now, limit, reason))
  return is_in_force and former or ''
end

-- Ends the suspension of a name. KEYS suspensions; ARGV name. Answers: the suspension that was there, may be empty.
local function resume(KEYS, ARGV)
  local former = redis.call('HGET', KEYS[1], ARGV[1]) or ''
  redis.call('HDEL', KEYS[1], ARGV[1])
  if former == '' or not reason_in_force(former, now_of_server()) then return '' end
  return former
end

-- Some of the suspensions in force. KEYS suspensions; ARGV a cursor, "0" at first. Answers: the
-- next cursor, "0" = those were all; now; then name and text of each. One may come twice.
local function suspensions(KEYS, ARGV)
  local now = now_of_server()
  local found = redis.call('HSCAN', KEYS[1], ARGV[1], 'COUNT', 100)
  local answer = {found[1], now}
  for i = 1, #found[2], 2 do
    local name, text = found[2][i], found[2][i + 1]
    if reason_in_force(text, now) then
      answer[#answer + 1] = name
      answer[#answer + 1] = text
    end
  end
  return answer
end

-- Some of the quotas. ARGV a cursor, "0" at first; seconds of a minute, of an hour. Answers: the next cursor, "0" = those
-- were all; then for each its name, used*4, and how many nodes have asked. One may come twice.
local function list(KEYS, ARGV)
  local found = redis.call('SCAN', ARGV[1], 'MATCH', PREFIX .. '*', 'COUNT', 100)
  local answer = {found[1]}
  for _, key in ipairs(found[2]) do
    local seen = look({key}, {ARGV[2], ARGV[3]})
    local n = #answer
    answer[n + 1] = string.sub(key, #PREFIX + 1)
    for i = 3, 7 do answer[n + i - 1] = seen[i] end
  end
  return answer
end

-- Notes that a web server is there. KEYS nodes; ARGV its name as a node, the number of its start (boot_id). A number never
-- comes back after another one: then two machines have one name, and each would have the quota. Answers: 1 = so it is.
local function node(KEYS, ARGV)
  local name, boot = ARGV[1], ARGV[2]
  if #ARGV ~= 2 or name == '' or not string.match(boot, '^[%x-]+$') then error('postern1: arguments') end
  local now = now_of_server()
  local starts, count, place, is_twice = boot .. ' ' .. string.format('%.0f', now), 1, 0, 0
  for former, seen in string.gmatch(redis.call('HGET', KEYS[1], name) or '', '([%x-]+) (%d+)') do
    place = place + 1
    if former == boot then
      if place > 1 then is_twice = 1 end
    elseif count < STARTS and now - tonumber(seen) < STARTS_SECONDS then
      count = count + 1
      starts = starts .. ' ' .. former .. ' ' .. seen
    end
  end
  redis.call('HSET', KEYS[1], name, starts)
  return is_twice
end

redis.register_function('postern1_charge', charge)
redis.register_function{function_name = 'postern1_release', callback = function() return RELEASE end, flags = {'no-writes'}}
redis.register_function{function_name = 'postern1_list', callback = list, flags = {'no-writes'}}
redis.register_function{function_name = 'postern1_look', callback = look, flags = {'no-writes'}}
redis.register_function('postern1_reset', reset)
redis.register_function('postern1_suspend', suspend)
redis.register_function('postern1_resume', resume)
redis.register_function{function_name = 'postern1_suspensions', callback = suspensions, flags = {'no-writes'}}
redis.register_function('postern1_node', node)
