#include "web/site.h"

#include "base/error.h"
#include "base/text.h"

namespace overlayd::web {
namespace {

constexpr const char* index =
    "<!DOCTYPE html>\n"
    "<html lang=\"en\"><head><meta charset=\"utf-8\"><title>overlayd</title></head><body>\n"
    "<h1>overlayd</h1>\n"
    "<ul>\n"
    "<li><a href=\"/metrics\">/metrics</a>: for Prometheus</li>\n"
    "<li><a href=\"/healthz\">/healthz</a>: whether overlayd answers</li>\n"
    "</ul>\n"
    "</body></html>\n";

// `call`, with its errors as an answer.
std::function<Response()> or_unavailable(std::function<Response()> call) {
  return [call = std::move(call)]() -> Response {
    try {
      return call();
    } catch (const Error& error) {
      return {.status = 503, .body = printable(error.what()) + "\n"};
    }
  };
}

}  // namespace

Site::Site(const Daemon& daemon)
    : metrics_(or_unavailable([metrics = daemon.metrics]() -> Response {
        return {.type = "text/plain; version=0.0.4; charset=utf-8", .body = metrics()};
      })),
      health_(or_unavailable([ping = daemon.ping]() -> Response {
        ping();
        return {.body = "ok\n"};
      })) {}

Response Site::answer(const Request& request) {
  const bool exists =
      request.path == "/" || request.path == "/metrics" || request.path == "/healthz";
  if (!exists) return {.status = 404, .body = "not found\n"};
  if (request.method != "GET" && request.method != "HEAD")
    return {.status = 405, .body = "only GET and HEAD\n"};
  if (request.path == "/metrics") return metrics_.get();
  if (request.path == "/healthz") return health_.get();
  return {.type = "text/html; charset=utf-8", .body = index};
}

}  // namespace overlayd::web
