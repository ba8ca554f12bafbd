// An HTTP server on a few threads of its own.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "web/http.h"

struct mg_context;

namespace overlayd::web {

// Called on any of the server's threads, several at once.
using Handler = std::function<Response(const Request&)>;

// Serves from construction to destruction, which waits for the requests under way. One request a
// connection; its headers may take 8 KiB and 5 seconds, a body is not read.
class HttpServer {
 public:
  // `listen` is "127.0.0.1:9836", "[::1]:9836" or "localhost:9836". Throws Error.
  HttpServer(const std::string& listen, Handler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  HttpServer(HttpServer&&) = delete;
  HttpServer& operator=(HttpServer&&) = delete;

 private:
  struct Service;
  std::unique_ptr<Service> service_;
  mg_context* context_ = nullptr;
};

}  // namespace overlayd::web
