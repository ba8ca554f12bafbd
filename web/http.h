// What goes in and out over HTTP.
#pragma once

#include <string>

namespace overlayd::web {

struct Request {
  std::string method;
  std::string path;  // as it came, without the query
};

struct Response {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body;
};

}  // namespace overlayd::web
