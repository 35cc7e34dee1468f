//! A server with the API of a language model or an embedding model, which answers as a test says.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;

use serde_json::{Value, json};

/// Starts a server that answers each request with a status and the content of a message; returns its URL.
pub(crate) fn start(answer: impl Fn(&Value) -> (u16, String) + Send + 'static) -> String {
    start_with(move |request| {
        let (status, content) = answer(request);
        let usage = json!({ "prompt_tokens": 1_200, "completion_tokens": 80,
            "prompt_tokens_details": { "cached_tokens": 1_000 } });
        let message =
            json!({ "choices": [{ "message": { "content": content }, "finish_reason": "stop" }], "usage": usage });
        (status, if status == 200 { message } else { json!({ "error": { "message": content } }) })
    })
}

/// Starts a server that answers each request with a status and a body; returns its URL.
pub(crate) fn start_with(answer: impl Fn(&Value) -> (u16, Value) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream);
            let mut length = 0;
            let mut line = String::new();
            while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap_or(0);
                }
                line.clear();
            }
            let mut body = vec![0; length];
            drop(reader.read_exact(&mut body));
            let request = serde_json::from_slice(&body).unwrap_or_default();
            let (status, answer) = answer(&request);
            let answer = answer.to_string();
            let head = format!(
                "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                answer.len()
            );
            drop(reader.get_mut().write_all((head + &answer).as_bytes()));
        }
    });
    format!("http://{address}/v1")
}
