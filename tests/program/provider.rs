//! A provider of accounts that does what a test says: real HTTP, real signatures.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use duly::clock::Clock;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

pub const SECRET: &str = "the secret of the client";

/// What a token says instead of what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Twist {
    None,
    Nonce,
    Audience,
    Issuer,
    Expired,
    /// Signed by a key that was never published.
    Stranger,
    /// Not signed at all.
    Unsigned,
}

/// What was asked for, until the code is used.
struct Granted {
    subject: String,
    nonce: String,
    challenge: String,
    twist: Twist,
}

#[derive(Clone)]
pub struct Provider {
    pub issuer: String,
    keys: Arc<[EcdsaKeyPair; 2]>,
    granted: Arc<Mutex<BTreeMap<String, Granted>>>,
    /// Requests for tokens: whether each was answered with one.
    pub asked: Arc<Mutex<Vec<bool>>>,
}

impl Provider {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let key = || {
            let (random, kind) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
            let made = EcdsaKeyPair::generate_pkcs8(kind, &random).unwrap();
            EcdsaKeyPair::from_pkcs8(kind, made.as_ref(), &random).unwrap()
        };
        let issuer = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let this = Self { issuer, keys: Arc::new([key(), key()]), granted: Arc::default(), asked: Arc::default() };
        let serving = this.clone();
        std::thread::spawn(move || listener.incoming().for_each(|stream| serving.answer(stream.unwrap())));
        this
    }

    /// A person agrees to what the address asks for: the path and query with which the browser goes back.
    pub fn agree(&self, asked: &str, subject: &str, twist: Twist) -> String {
        let url = Url::parse(asked).unwrap();
        let pairs: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        let of = |name: &str| pairs[name].clone();
        assert_eq!(of("response_type"), "code");
        assert_eq!((of("code_challenge_method"), of("client_id")), ("S256".to_owned(), "duly".to_owned()));
        assert!(of("scope").split(' ').any(|scope| scope == "openid"), "{asked}");
        assert_eq!(of("redirect_uri"), "http://localhost:8082/sign-in/back");
        let code = format!("code-{}", self.granted.lock().unwrap().len() + self.asked.lock().unwrap().len());
        let granted =
            Granted { subject: subject.to_owned(), nonce: of("nonce"), challenge: of("code_challenge"), twist };
        self.granted.lock().unwrap().insert(code.clone(), granted);
        format!("/sign-in/back?code={code}&state={}", of("state"))
    }

    fn answer(&self, mut stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).unwrap() == 0 {
                return;
            }
        }
        let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        reader.read_exact(&mut body).unwrap();
        let (status, answer) = match head.split(' ').nth(1).unwrap() {
            "/.well-known/openid-configuration" => (200, self.configuration()),
            "/jwks" => (200, self.published()),
            "/token" => {
                let token = self.token(&head, &String::from_utf8(body).unwrap());
                self.asked.lock().unwrap().push(token.is_some());
                token.map_or((400, json!({"error": "invalid_grant"})), |token| (200, token))
            }
            _ => (404, json!({})),
        };
        let text = answer.to_string();
        let kind = "Content-Type: application/json\r\nConnection: close";
        write!(stream, "HTTP/1.1 {status} X\r\n{kind}\r\nContent-Length: {}\r\n\r\n{text}", text.len()).unwrap();
    }

    fn configuration(&self) -> Value {
        let at = |path: &str| format!("{}{path}", self.issuer);
        json!({
            "issuer": self.issuer,
            "authorization_endpoint": at("/authorize"),
            "token_endpoint": at("/token"),
            "jwks_uri": at("/jwks"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
        })
    }

    fn published(&self) -> Value {
        let point = self.keys[0].public_key().as_ref();
        let [x, y] = [&point[1..33], &point[33..]].map(|half| URL_SAFE_NO_PAD.encode(half));
        json!({"keys": [{"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "1", "x": x, "y": y}]})
    }

    /// Each code counts once, for whoever knows the secret of the client and the verifier.
    fn token(&self, head: &str, body: &str) -> Option<Value> {
        let form: BTreeMap<String, String> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        let granted = self.granted.lock().unwrap().remove(form.get("code")?)?;
        let basic = base64::engine::general_purpose::STANDARD.encode(format!("duly:{}", SECRET.replace(' ', "+")));
        let known =
            head.lines().any(|line| line.to_lowercase() == format!("authorization: basic {basic}").to_lowercase());
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(form.get("code_verifier")?));
        if !known || challenge != granted.challenge {
            return None;
        }
        let twisted = |twist, good: &str, bad: &str| if granted.twist == twist { bad } else { good }.to_owned();
        let now = Clock::System.now().timestamp();
        let claims = json!({
            "iss": twisted(Twist::Issuer, &self.issuer, "http://127.0.0.1:1"),
            "sub": granted.subject,
            "aud": twisted(Twist::Audience, "duly", "another"),
            "exp": if granted.twist == Twist::Expired { now - 60 } else { now + 300 },
            "iat": now - 120,
            "nonce": twisted(Twist::Nonce, &granted.nonce, "another"),
        });
        let token = self.signed(&claims, granted.twist);
        Some(json!({"access_token": "x", "token_type": "Bearer", "expires_in": 300, "id_token": token}))
    }

    fn signed(&self, claims: &Value, twist: Twist) -> String {
        let header = match twist {
            Twist::Unsigned => json!({"alg": "none"}),
            _ => json!({"alg": "ES256", "kid": "1"}),
        };
        let text = [&header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
        let key = &self.keys[usize::from(twist == Twist::Stranger)];
        let signature = match twist {
            Twist::Unsigned => String::new(),
            _ => URL_SAFE_NO_PAD.encode(key.sign(&SystemRandom::new(), text.as_bytes()).unwrap()),
        };
        format!("{text}.{signature}")
    }
}
