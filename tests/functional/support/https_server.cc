#include "tests/functional/support/https_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "tests/functional/support/listener.h"

namespace overlayd::test {
namespace {

Fd listen_on_path(const std::string& path) {
  Fd fd(check(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "cannot make a socket"));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  check(bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), "cannot bind {}",
        path);
  check(listen(fd.get(), 64), "cannot listen on {}", path);
  return fd;
}

std::string access_rule(const TempDir& temp, const HttpsServer::Options& options) {
  if (options.password.empty()) return "";
  const std::string line = "git:{PLAIN}" + options.password + "\n";
  const std::string users = temp.file(options.name + "/users", line);
  return fmt::format("auth_basic git; auth_basic_user_file {};", users);
}

std::string location(const TempDir& temp, const HttpsServer::Options& options) {
  if (!options.redirect_to.empty())
    return fmt::format("return 301 {}$request_uri;", options.redirect_to);
  return fmt::format(R"(
      {access}
      fastcgi_pass unix:{folder}/gateway;
      fastcgi_param SCRIPT_FILENAME /usr/lib/git-core/git-http-backend;
      fastcgi_param GIT_PROJECT_ROOT {root};
      fastcgi_param GIT_HTTP_EXPORT_ALL 1;
      fastcgi_param GIT_PROTOCOL $http_git_protocol;
      fastcgi_param PATH_INFO $uri;
      fastcgi_param QUERY_STRING $query_string;
      fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param CONTENT_TYPE $content_type;
      fastcgi_param CONTENT_LENGTH $content_length;
      fastcgi_param HTTP_CONTENT_ENCODING $http_content_encoding;)",
                     fmt::arg("access", access_rule(temp, options)),
                     fmt::arg("folder", temp / options.name), fmt::arg("root", temp.path()));
}

std::string nginx_config(const TempDir& temp, const Certificates& certificates,
                         const HttpsServer::Options& options, int port) {
  return fmt::format(R"(
daemon off;
user root;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/errors;
events {{}}
http {{
  log_format all '$request_method $request_uri $status "$http_authorization"';
  access_log {folder}/log all;
  client_max_body_size 0;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    location / {{ {location} }}
  }}
}}
)",
                     fmt::arg("folder", temp / options.name), fmt::arg("port", port),
                     fmt::arg("certificate", certificates.certificate),
                     fmt::arg("key", certificates.key),
                     fmt::arg("location", location(temp, options)));
}

void keep_over_exec(const Fd& fd) { check(fcntl(fd.get(), F_SETFD, 0), "cannot hand on a socket"); }

}  // namespace

Certificates::Certificates(const TempDir& temp)
    : certificate(temp / "tls/certificate"), key(temp / "tls/key") {
  const std::string folder = temp.dir("tls");
  const std::string extensions =
      temp.file("tls/names", "subjectAltName=DNS:localhost,IP:127.0.0.1");
  const std::vector<std::string> new_key{"-newkey", "ec",     "-pkeyopt", "ec_paramgen_curve:P-256",
                                         "-nodes",  "-keyout"};
  std::vector<std::string> make_ca{"openssl", "req", "-x509", "-days", "2", "-subj", "/CN=Test CA"};
  make_ca.insert(make_ca.end(), new_key.begin(), new_key.end());
  for (const char* argument : {"ca.key", "-out", "ca"}) make_ca.emplace_back(argument);
  command(make_ca, folder);
  std::vector<std::string> make_request{"openssl", "req", "-new", "-subj", "/CN=localhost"};
  make_request.insert(make_request.end(), new_key.begin(), new_key.end());
  for (const char* argument : {"key", "-out", "request"}) make_request.emplace_back(argument);
  command(make_request, folder);
  command({"openssl", "x509", "-req", "-days", "2", "-in", "request", "-CA", "ca", "-CAkey",
           "ca.key", "-CAcreateserial", "-extfile", extensions, "-out", certificate},
          folder);
  ca = read_file(folder + "/ca");
}

HttpsServer::HttpsServer(const TempDir& temp, const Certificates& certificates,
                         const Options& options)
    : folder_(temp.dir(options.name)) {
  const Fd gateway = listen_on_path(folder_ + "/gateway");
  gateway_ = Background([&] {
    become({"/usr/sbin/fcgiwrap"},
           {"PATH=/usr/bin:/bin", "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory",
            "GIT_CONFIG_VALUE_0=*"},
           gateway.get());
  });
  const Listener listener;
  port_ = listener.port();
  const std::string config =
      temp.file(options.name + "/config", nginx_config(temp, certificates, options, port_));
  nginx_ = Background([&] {
    keep_over_exec(listener.fd());
    // nginx takes over a socket that already listens: nobody has to wait for it
    become({"/usr/sbin/nginx", "-c", config, "-e", folder_ + "/errors"},
           {fmt::format("NGINX={};", listener.fd().get())});
  });
}

std::string HttpsServer::url(const std::string& host) const {
  return fmt::format("https://{}:{}", host, port_);
}

std::string HttpsServer::log() const {
  return read_file_if_any(AT_FDCWD, folder_ + "/log").value_or("");
}

}  // namespace overlayd::test
