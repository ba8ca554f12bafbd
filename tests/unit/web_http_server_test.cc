// overlayd-web on a real socket: what goes over the wire, and its limits.
#include <arpa/inet.h>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "web/http_server.h"

namespace overlayd::web {
namespace {

sockaddr_in loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

Fd tcp_socket() {
  return Fd(check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "cannot make a socket"));
}

// Bound and so not free for others until it is closed.
struct Port {
  Fd socket = tcp_socket();
  uint16_t number = 0;

  Port() {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof(address);
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    check(bind(socket.get(), raw, size), "cannot bind");
    check(getsockname(socket.get(), raw, &size), "cannot get the port");
    number = ntohs(address.sin_port);
  }
  std::string text() const { return fmt::format("127.0.0.1:{}", number); }
};

class WebHttpServer : public testing::Test {
 protected:
  // One for all tests: it takes two seconds to end.
  static void SetUpTestSuite() {
    Port port;
    number_ = port.number;
    port.socket.reset();
    server_ = std::make_unique<HttpServer>(port.text(), [](const Request& request) -> Response {
      if (request.path == "/broken") throw Error("a defect");
      return {.body = fmt::format("{} {}\n", request.method, request.path)};
    });
  }
  static void TearDownTestSuite() { server_.reset(); }

  static std::string exchange(const std::string& request) {
    const Fd socket = tcp_socket();
    const sockaddr_in address = loopback(number_);
    check(connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)),
          "cannot connect");
    write_all(socket.get(), request);
    std::string answer;
    char buffer[4096];
    for (ssize_t n = 0; (n = read(socket.get(), buffer, sizeof(buffer))) > 0;)
      answer.append(buffer, static_cast<size_t>(n));
    return answer;
  }

  static inline uint16_t number_ = 0;
  static inline std::unique_ptr<HttpServer> server_;
};

TEST_F(WebHttpServer, AnswersWithSecurityHeadersAndCloses) {
  const std::string answer = exchange("GET /metrics?x=1 HTTP/1.1\r\nHost: any\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\nGET /metrics\n")) << answer;
  for (const char* header :
       {"Content-Length: 13\r\n", "X-Content-Type-Options: nosniff\r\n",
        "X-Frame-Options: DENY\r\n", "Content-Security-Policy: default-src 'none'",
        "Cache-Control: no-store\r\n", "Connection: close\r\n"})
    EXPECT_NE(answer.find(header), std::string::npos) << header << "\n" << answer;
}

TEST_F(WebHttpServer, NeedsNoHostHeader) {
  EXPECT_TRUE(exchange("GET / HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 200 "));
}

TEST_F(WebHttpServer, HeadHasNoBody) {
  const std::string answer = exchange("HEAD / HTTP/1.1\r\nHost: any\r\n\r\n");
  EXPECT_NE(answer.find("Content-Length: 7\r\n"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST_F(WebHttpServer, RefusesWhatIsTooLongOrNoHttp) {
  const std::string header = "X: " + std::string(9000, 'a');
  EXPECT_TRUE(exchange("GET / HTTP/1.1\r\n" + header + "\r\n\r\n").starts_with("HTTP/1.1 4"));
  EXPECT_TRUE(exchange("nonsense\r\n\r\n").starts_with("HTTP/1.1 400 "));
}

TEST_F(WebHttpServer, AnEncodedPathIsNotDecoded) {
  EXPECT_TRUE(exchange("GET /%6detrics HTTP/1.0\r\n\r\n").ends_with("GET /%6detrics\n"));
}

TEST_F(WebHttpServer, ADefectInAPageIsAnAnswerToo) {
  EXPECT_TRUE(exchange("GET /broken HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 500 "));
  EXPECT_TRUE(exchange("GET / HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 200 "));
}

std::string failure_to_listen(const std::string& listen) {
  try {
    const HttpServer server(listen, [](const Request&) { return Response{}; });
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(WebListen, SaysWhyItCannot) {
  const Port taken;
  ASSERT_EQ(listen(taken.socket.get(), 1), 0);
  const std::string text = failure_to_listen(taken.text());
  EXPECT_TRUE(text.starts_with("cannot listen on " + taken.text() + ": ")) << text;
  EXPECT_NE(text.find("Address already in use"), std::string::npos) << text;
}

TEST(WebListen, TakesOneAddressAndNothingElse) {
  for (const std::string listen : {"", "9836", "+9836", "127.0.0.1:9836s",
                                   "127.0.0.1:9836,127.0.0.1:9837", "x/run/socket", "127.0.0.1:"})
    EXPECT_EQ(failure_to_listen(listen), "'" + listen + "' is not an address and port");
}

}  // namespace
}  // namespace overlayd::web
