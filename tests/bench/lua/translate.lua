-- What a Lua filter has to do for the work of one translating filter: read a chat completion request, write it
-- anew as Anthropic's, and the answer back. For the benchmark only: text and the common parameters, no tools, no
-- pictures, no streams, no errors. Envoy's Lua has no JSON, so here is a reader and a writer of it: strict enough
-- to fail on what is no JSON, with numbers as Lua has them and the fields of objects in no order.
--
-- Shapes: https://platform.claude.com/docs/en/api/messages and
-- https://platform.openai.com/docs/api-reference/chat (both read 2026-11-21).

local byte, char, find, format, gsub, sub = string.byte, string.char, string.find, string.format, string.gsub, string.sub
local concat, floor = table.concat, math.floor

-- JSON's null, and the mark of arrays, which may be empty.
local null, array = {}, {}

local ESCAPED = {['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t"}
local WORDS = {t = {"true", true}, f = {"false", false}, n = {"null", null}}

local function utf8(code)
  if code < 0x80 then return char(code) end
  if code < 0x800 then return char(0xC0 + floor(code / 0x40), 0x80 + code % 0x40) end
  local low = 0x80 + code % 0x40
  local middle = 0x80 + floor(code / 0x40) % 0x40
  if code < 0x10000 then return char(0xE0 + floor(code / 0x1000), middle, low) end
  return char(0xF0 + floor(code / 0x40000), 0x80 + floor(code / 0x1000) % 0x40, middle, low)
end

-- The text of a string that begins at `at`, behind its quote, and where it ends.
local function read_string(text, at)
  local stop = find(text, '["\\]', at)
  if not stop then error("a string does not end") end
  if byte(text, stop) == 34 then return sub(text, at, stop - 1), stop + 1 end
  local parts, count = {}, 0
  while true do
    parts[count + 1] = sub(text, at, stop - 1)
    count = count + 1
    if byte(text, stop) == 34 then return concat(parts), stop + 1 end
    local kind = sub(text, stop + 1, stop + 1)
    at = stop + 2
    if kind == "u" then
      local code = tonumber(sub(text, at, at + 3), 16) or error("an escape cannot be read")
      at = at + 4
      if code >= 0xD800 and code < 0xDC00 and sub(text, at, at + 1) == "\\u" then
        local second = tonumber(sub(text, at + 2, at + 5), 16) or error("an escape cannot be read")
        code = 0x10000 + (code - 0xD800) * 0x400 + (second - 0xDC00)
        at = at + 6
      end
      parts[count + 1] = utf8(code)
    else
      parts[count + 1] = ESCAPED[kind] or error("an escape cannot be read")
    end
    count = count + 1
    stop = find(text, '["\\]', at) or error("a string does not end")
  end
end

local read_value

-- The members between a bracket before `at` and `close`; `member` reads one into `made`.
local function read_members(text, at, close, made, member)
  at = find(text, "%S", at)
  if byte(text, at) == close then return made, at + 1 end
  while true do
    at = find(text, "%S", member(text, at, made))
    local mark = byte(text, at)
    if mark == close then return made, at + 1 end
    if mark ~= 44 then error("a comma is missing") end
    at = find(text, "%S", at + 1)
  end
end

local function read_field(text, at, made)
  if byte(text, at) ~= 34 then error("a name is missing") end
  local name
  name, at = read_string(text, at + 1)
  local _, colon = find(text, "^%s*:%s*", at)
  if not colon then error("a colon is missing") end
  made[name], at = read_value(text, colon + 1)
  return at
end

local function read_item(text, at, made)
  made[#made + 1], at = read_value(text, at)
  return at
end

function read_value(text, at)
  local first = byte(text, at)
  if first == 34 then return read_string(text, at + 1) end
  if first == 123 then return read_members(text, at + 1, 125, {}, read_field) end
  if first == 91 then return read_members(text, at + 1, 93, setmetatable({}, array), read_item) end
  local word = WORDS[char(first or 0)]
  if word then
    if sub(text, at, at + #word[1] - 1) ~= word[1] then error("a word cannot be read") end
    return word[2], at + #word[1]
  end
  local _, stop = find(text, "^-?%d+%.?%d*[eE]?[+-]?%d*", at)
  return tonumber(sub(text, at, stop or at)) or error("a value is missing"), stop + 1
end

local function parse(text)
  local value, at = read_value(text, find(text, "%S") or 1)
  if find(text, "%S", at) then error("something stands behind the end") end
  return value
end

local ESCAPES = {['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t"}
local function escape(letter) return ESCAPES[letter] or format("\\u%04x", byte(letter)) end

local function write(value, out)
  local kind = type(value)
  if kind == "string" then
    out[#out + 1] = '"' .. gsub(value, '[%c"\\]', escape) .. '"'
  elseif kind == "number" then
    out[#out + 1] = value == floor(value) and format("%d", value) or format("%.14g", value)
  elseif value == null then
    out[#out + 1] = "null"
  elseif kind ~= "table" then
    out[#out + 1] = tostring(value)
  elseif getmetatable(value) == array then
    local mark = "["
    for _, item in ipairs(value) do
      out[#out + 1] = mark
      write(item, out)
      mark = ","
    end
    out[#out + 1] = mark == "[" and "[]" or "]"
  else
    local mark = "{"
    for name, item in pairs(value) do
      out[#out + 1] = mark .. '"' .. gsub(name, '[%c"\\]', escape) .. '":'
      write(item, out)
      mark = ","
    end
    out[#out + 1] = mark == "{" and "{}" or "}"
  end
end

local function encode(value)
  local out = {}
  write(value, out)
  return concat(out)
end

local function list(...) return setmetatable({...}, array) end

local function to_anthropic(chat)
  local system, messages = {}, list()
  for _, message in ipairs(chat.messages) do
    if message.role == "system" or message.role == "developer" then
      system[#system + 1] = message.content
    else
      messages[#messages + 1] = {role = message.role, content = list({type = "text", text = message.content})}
    end
  end
  return {
    model = "claude-sonnet-5-5",
    max_tokens = chat.max_completion_tokens or chat.max_tokens or 8192,
    temperature = chat.temperature,
    top_p = chat.top_p,
    system = #system > 0 and concat(system, "\n") or nil,
    messages = messages,
  }
end

local REASONS = {end_turn = "stop", stop_sequence = "stop", max_tokens = "length", refusal = "content_filter"}

local function to_chat(answer)
  local texts = {}
  for _, block in ipairs(answer.content) do texts[#texts + 1] = block.text end
  local message = {role = "assistant", content = concat(texts), refusal = null}
  local used = answer.usage
  local asked = used.input_tokens + (used.cache_read_input_tokens or 0) + (used.cache_creation_input_tokens or 0)
  return {
    id = answer.id,
    object = "chat.completion",
    created = os.time(),
    model = answer.model,
    choices = list({index = 0, message = message, logprobs = null, finish_reason = REASONS[answer.stop_reason] or "stop"}),
    usage = {
      prompt_tokens = asked,
      completion_tokens = used.output_tokens,
      total_tokens = asked + used.output_tokens,
      prompt_tokens_details = {cached_tokens = used.cache_read_input_tokens or 0},
    },
  }
end

-- The whole body of a message, which waits until it is there.
local function rewrite(handle, translate)
  local body = handle:body()
  local text = encode(translate(parse(body:getBytes(0, body:length()))))
  handle:headers():replace("content-length", tostring(body:setBytes(text)))
end

function envoy_on_request(handle)
  rewrite(handle, to_anthropic)
  local headers = handle:headers()
  headers:replace(":path", "/v1/messages")
  headers:replace("x-api-key", "sk-of-the-gateway-for-anthropic")
  headers:replace("anthropic-version", "2023-06-01")
  headers:remove("authorization")
  headers:remove("accept-encoding")
end

function envoy_on_response(handle)
  rewrite(handle, to_chat)
end
