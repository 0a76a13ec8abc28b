//! The pages of the console, over HTTP at the real program, as browsers without script use them and as others abuse them.

mod bodies;
mod browser;
mod bulk;
mod calls;
mod canary;
mod cookies;
mod csrf;
mod ends;
mod export;
mod fields;
mod foreign;
mod forms;
mod hosts;
mod html;
mod interrupted;
mod methods;
mod next;
mod reads;
mod reflected;
mod reveal;
mod routes;
mod set_up;
mod sign_in;
