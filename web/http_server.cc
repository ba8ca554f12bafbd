#include "web/http_server.h"

#include <civetweb.h>

#include <array>
#include <mutex>
#include <vector>

#include "base/error.h"

namespace overlayd::web {

// What the threads of the server share.
struct HttpServer::Service {
  Handler handler;
  std::mutex mutex;
  std::string complaint;  // the server's first, which says why it could not listen
};

namespace {

template <typename Service>
Service& service_of(const mg_connection* connection) {
  return *static_cast<Service*>(mg_get_user_data(mg_get_context(connection)));
}

struct Option {
  const char* name;
  const char* value;
};
constexpr std::array<Option, 6> limits{{
    {"num_threads", "4"},
    {"connection_queue", "16"},      // accepted, waiting for a thread
    {"request_timeout_ms", "5000"},  // for all headers together
    {"max_request_size", "8192"},
    {"enable_keep_alive", "no"},  // an idle client must not hold a thread
    {"decode_url", "no"},         // no page has a name that needs it
}};

std::vector<const char*> options_for(const std::string& listen) {
  std::vector<const char*> options{"listening_ports", listen.c_str()};
  for (const auto& limit : limits) options.insert(options.end(), {limit.name, limit.value});
  options.push_back(nullptr);
  return options;
}

// Nothing that is served here is to be framed, sniffed, cached or run.
constexpr const char* security_headers =
    "Cache-Control: no-store\r\n"
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n";

void send(mg_connection* connection, const Response& response, bool with_body) {
  mg_disable_connection_keep_alive(connection);
  mg_printf(connection, "HTTP/1.1 %d %s\r\n", response.status,
            mg_get_response_code_text(connection, response.status));
  mg_printf(connection, "Content-Type: %s\r\nContent-Length: %zu\r\n%s%sConnection: close\r\n\r\n",
            response.type.c_str(), response.body.size(),
            response.status == 405 ? "Allow: GET, HEAD\r\n" : "", security_headers);
  if (with_body) mg_write(connection, response.body.data(), response.body.size());
}

Response run(const Handler& handler, const Request& request) {
  try {
    return handler(request);
  } catch (const std::exception&) {
    return {.status = 500, .body = "internal error\n"};
  }
}

template <typename Service>
int on_request(mg_connection* connection) {
  const mg_request_info* info = mg_get_request_info(connection);
  const char* path = info->local_uri;  // none for "OPTIONS *"
  const Request request{info->request_method, path == nullptr ? "" : path};
  const Response response = run(service_of<Service>(connection).handler, request);
  send(connection, response, request.method != "HEAD");
  return response.status;
}

// Requests that are no HTTP, too long or too late.
int on_http_error(mg_connection* connection, int status, const char*) {
  const char* text = mg_get_response_code_text(connection, status);
  send(connection, {.status = status, .body = std::string(text) + "\n"}, true);
  return 0;
}

// After the start these are about what clients do, which is nobody's concern.
template <typename Service>
int on_log_message(const mg_connection* connection, const char* message) {
  auto& service = service_of<Service>(connection);
  const std::lock_guard lock(service.mutex);
  if (service.complaint.empty()) service.complaint = message;
  return 1;
}

}  // namespace

HttpServer::HttpServer(const std::string& listen, Handler handler)
    : service_(std::make_unique<Service>()) {
  service_->handler = std::move(handler);
  // the server would take a list, and letters with a meaning behind the port
  if (listen.find_first_of(",+/") != std::string::npos || listen.find(':') == std::string::npos ||
      listen.find_last_of("0123456789") != listen.size() - 1)
    throw Error::of("'{}' is not an address and port", listen);
  auto options = options_for(listen);
  mg_callbacks callbacks{};
  callbacks.begin_request = on_request<Service>;
  callbacks.http_error = on_http_error;
  callbacks.log_message = on_log_message<Service>;
  context_ = mg_start(&callbacks, service_.get(), options.data());
  if (context_ != nullptr) return;
  const bool speaks_ipv6 = mg_check_feature(MG_FEATURES_IPV6) != 0;
  if (listen.starts_with('[') && !speaks_ipv6)
    throw Error::of("cannot listen on {}: this machine's civetweb speaks IPv4 only", listen);
  throw Error::of("cannot listen on {}: {}", listen, service_->complaint);
}

HttpServer::~HttpServer() { mg_stop(context_); }

}  // namespace overlayd::web
