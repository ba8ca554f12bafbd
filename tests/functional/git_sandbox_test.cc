// What overlayd-git, overlayd-fetch and the git that it runs may do, seen from outside and inside.

#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "tests/functional/support/helper.h"
#include "tests/functional/support/listener.h"
#include "tests/functional/support/repository.h"

namespace overlayd::test {
namespace {

// "CapEff:\t0000" of /proc/<pid>/status; empty if the process is gone.
std::string status_of(pid_t pid, const std::string& key) {
  try {
    for (const auto& line : split(read_file(fmt::format("/proc/{}/status", pid)), '\n'))
      if (line.starts_with(key + ":")) return std::string(trim(line.substr(key.size() + 1)));
  } catch (const Error&) {
    return "";
  }
  return "";
}

bool is_over(pid_t pid) {
  const std::string state = status_of(pid, "State");
  return state.empty() || state.starts_with("Z");
}

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const pid_t pid = std::atoi(entry.path().filename().c_str());
    if (pid > 0 && status_of(pid, "PPid") == std::to_string(parent) && !is_over(pid))
      children.push_back(pid);
  }
  return children;
}

// Waits for a child of `parent` that is called `name`.
pid_t wait_for_child(pid_t parent, const std::string& name) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::chrono::steady_clock::now() < deadline) {
    for (const pid_t pid : children_of(parent))
      if (status_of(pid, "Name") == name) return pid;
    std::this_thread::yield();
  }
  throw Error::of("there is no {}", name);
}

bool ends(pid_t pid) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::chrono::steady_clock::now() < deadline) {
    if (is_over(pid)) return true;
    std::this_thread::yield();
  }
  return false;
}

void expect_powerless(pid_t pid) {
  const passwd* nobody = getpwnam("nobody");
  for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"})
    EXPECT_EQ(status_of(pid, set), "0000000000000000") << set;
  EXPECT_EQ(status_of(pid, "NoNewPrivs"), "1");
  const auto id = std::to_string(nobody->pw_uid);
  EXPECT_EQ(status_of(pid, "Uid"), fmt::format("{0}\t{0}\t{0}\t{0}", id));
  EXPECT_EQ(status_of(pid, "Groups"), "");
}

TEST(GitSandbox, OverlaydGitHasNoPowers) {
  const TempDir temp;
  UpstreamRepository upstream(temp);
  upstream.push({{"a", "1"}});
  Fetch fetch(temp, upstream.url(), {.place = Place::sandboxed, .mirror = {}, .files = {}});
  fetch.fetch();
  Read read(temp, fetch.mirror(), Place::sandboxed);
  read.resolve("refs/remotes/origin/main");  // it has answered: it is what it is going to be
  expect_powerless(wait_for_child(getpid(), "overlayd-git"));
  expect_powerless(wait_for_child(getpid(), "overlayd-fetch"));
}

TEST(GitSandbox, GitHasNoPowersAndEndsWithOverlaydFetch) {
  for (const Place place : {Place::free, Place::sandboxed}) {
    const TempDir temp;
    const Listener silent;  // accepts, and never says a word
    auto fetch = std::make_unique<Fetch>(temp, fmt::format("git://127.0.0.1:{}/x", silent.port()),
                                         Fetch::Options{.place = place, .mirror = {}, .files = {}});
    fetch->send(git::FetchRequest(git::FetchBranches{{"main"}}));
    const pid_t helper = wait_for_child(getpid(), "overlayd-fetch");
    const pid_t git = wait_for_child(helper, "git");
    if (place == Place::sandboxed) expect_powerless(git);
    fetch.reset();
    EXPECT_TRUE(ends(git));
  }
}

// A socket that everybody may connect to, as far as its name can be seen.
class OpenSocket {
 public:
  explicit OpenSocket(std::string path)
      : path_(std::move(path)), fd_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    check(bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
          "cannot make {}", path_);
    check(listen(fd_.get(), 5), "cannot listen at {}", path_);
    check(chmod(path_.c_str(), 0666), "cannot open up {}", path_);
  }
  ~OpenSocket() { unlink(path_.c_str()); }
  OpenSocket(const OpenSocket&) = delete;
  OpenSocket& operator=(const OpenSocket&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  Fd fd_;
};

class Probe : public testing::Test {
 protected:
  std::string report(bool network, const std::vector<std::string>& sockets = {}) {
    const std::string mirror = make_mirror(temp_);
    const std::string staging = make_staging(temp_);
    const std::string other = make_mirror(temp_, "other");
    // what is not hidden, and is open to everybody
    check(chmod(temp_.dir("open").c_str(), 0777), "cannot open up");
    std::vector<std::string> paths{mirror + "/new",
                                   staging + "/new",
                                   other + "/new",
                                   temp_ / "state/new",
                                   temp_ / "open/new",
                                   "/tmp/overlayd-new",
                                   "/run/overlayd-new",
                                   "/dev/shm/overlayd-new",
                                   "/var/tmp/overlayd-new",
                                   temp_ / "state/private/new",
                                   temp_ / "state/private/token"};
    paths.insert(paths.end(), sockets.begin(), sockets.end());
    Helper probe(temp_, {.program = "sandbox-probe",
                         .arguments = paths,
                         .place = Place::sandboxed,
                         .network = network,
                         .visible = {{mirror, false}, {staging, true}},
                         .files = {{"token", "secret"}}});
    return probe.receive_bytes().value_or("nothing: " + probe.stderr_text());
  }

  bool says(const std::string& text, const std::string& line) {
    return text.find(line + "\n") != std::string::npos;
  }

  TempDir temp_;
};

TEST_F(Probe, OnlyTheStagingFolderCanBeWritten) {
  const std::string text = report(false);
  EXPECT_TRUE(says(text, "create " + (temp_ / "state/staging/new") + ": done")) << text;
  size_t written = 0;
  for (const auto& line : split(text, '\n'))
    if (line.starts_with("create ") && line.ends_with(": done")) written++;
  EXPECT_EQ(written, 1U) << text;
  EXPECT_FALSE(std::filesystem::exists("/tmp/overlayd-new"));
  EXPECT_FALSE(std::filesystem::exists(temp_ / "open/new"));
}

TEST_F(Probe, NothingElseIsWithinReach) {
  const std::string text = report(false);
  EXPECT_TRUE(says(text, "connect: Network is unreachable")) << text;
  EXPECT_TRUE(says(text, "entries of /proc: 0")) << text;
  EXPECT_TRUE(says(text, "become root: Operation not permitted")) << text;
  EXPECT_TRUE(says(text, "mount: Operation not permitted")) << text;
  EXPECT_TRUE(says(text, "pid: 1")) << text;
  EXPECT_TRUE(says(report(true), "connect: Connection refused"));
}

TEST_F(Probe, NobodyElsesSocketCanBeReached) {
  const OpenSocket open(temp_.dir("open") + "/socket");
  std::vector<std::unique_ptr<OpenSocket>> sockets;
  std::vector<std::string> paths{open.path()};
  for (const char* place : {"/run", "/tmp", "/var/tmp", "/dev/shm"}) {
    paths.push_back(fmt::format("{}/overlayd-test-{}", place, getpid()));
    sockets.push_back(std::make_unique<OpenSocket>(paths.back()));
  }
  const std::string text = report(false, paths);
  EXPECT_TRUE(says(text, fmt::format("connect {}: done", open.path()))) << text;
  for (const auto& socket : sockets)
    EXPECT_TRUE(says(text, fmt::format("connect {}: No such file or directory", socket->path())))
        << text;
  const std::string networked = report(true, paths);
  EXPECT_TRUE(says(networked, fmt::format("connect {}: No such file or directory", paths[1])))
      << networked;
}

}  // namespace
}  // namespace overlayd::test
