// Asks through the official Node SDK and prints what it made of the answers, as one line of JSON.
//
//   node ask.mjs BASE_URL MODEL
import OpenAI from "openai";

const [baseURL, model] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: "sk-of-the-client", maxRetries: 0, timeout: 10_000 });
const user = (content) => [{ role: "user", content }];
const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const tools = [{ type: "function", function: { name: "weather", description: "A tool.", parameters } }];

const buffered = await client.chat.completions.create({ model, messages: user("Hello") });

const stream = client.chat.completions.stream({
  model,
  messages: user("Hello"),
  stream_options: { include_usage: true },
});
let chunks = 0;
for await (const _ of stream) chunks += 1;
const streamed = await stream.finalChatCompletion();

const messages = user("What does the weather tool say?");
const called = await client.chat.completions.create({ model, messages, tools });
const message = called.choices[0].message;
messages.push(
  { role: "assistant", tool_calls: message.tool_calls },
  { role: "tool", tool_call_id: message.tool_calls[0].id, content: "sunny" },
);
const told = await client.chat.completions.create({ model, messages, tools });

const response = await client.responses.create({ model, input: "Hello" });
const events = [];
for await (const event of await client.responses.create({ model, input: "Hello", stream: true })) {
  events.push(event.type);
}

let error;
try {
  await client.chat.completions.create({ model, messages: [{ role: "nobody", content: "x" }] });
} catch (raised) {
  error = { status: raised.status, kind: raised.constructor.name };
}

console.log(
  JSON.stringify({
    buffered: buffered.choices[0].message.content,
    usage: buffered.usage.total_tokens,
    streamed: streamed.choices[0].message.content,
    streamedUsage: streamed.usage.total_tokens,
    chunks,
    call: message.tool_calls[0].function,
    finish: called.choices[0].finish_reason,
    told: told.choices[0].message.content,
    response: response.output_text,
    events,
    error,
  }),
);
