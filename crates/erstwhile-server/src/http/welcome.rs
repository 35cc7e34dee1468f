//! The page at `/`, for people who open the server's address in a browser.

use axum::response::Html;

/// Says what this is and where the documents are. It tells nothing about the installation.
pub async fn welcome() -> Html<&'static str> {
    Html(include_str!("welcome.html"))
}
