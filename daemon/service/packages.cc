#include "daemon/service/packages.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

namespace overlayd {
namespace {

constexpr const char* status_file = "/var/lib/dpkg/status";
constexpr size_t max_status_bytes = 64 << 20;
constexpr size_t max_output_bytes = 64 << 10;
constexpr std::chrono::minutes timeout{30};

// The value of a field at the start of a line of a stanza.
std::string_view field(std::string_view stanza, std::string_view name) {
  size_t at = 0;
  while (at < stanza.size()) {
    const size_t end = std::min(stanza.find('\n', at), stanza.size());
    const std::string_view line = stanza.substr(at, end - at);
    if (line.starts_with(name) && line.substr(name.size()).starts_with(": "))
      return line.substr(name.size() + 2);
    at = end + 1;
  }
  return {};
}

bool are_installed(const std::vector<std::string>& packages) {
  try {
    return missing_packages(packages).empty();
  } catch (const std::exception&) {
    return false;
  }
}

std::string read_output(int fd) {
  std::string text(max_output_bytes, '\0');
  const off_t size = lseek(fd, 0, SEEK_END);
  const off_t from = std::max<off_t>(0, size - static_cast<off_t>(text.size()));
  const ssize_t count = pread(fd, text.data(), text.size(), from);
  text.resize(count > 0 ? static_cast<size_t>(count) : 0);
  return text;
}

// What apt says is wrong: its last "E: " line; or, if that blames dpkg, what dpkg says of a
// package.
std::string complaint(const std::string& output) {
  std::string of_apt;
  std::string of_dpkg;
  bool comes_next = false;
  for (const auto& line : split(output, '\n')) {
    if (comes_next) of_dpkg = trim(line);
    comes_next = line.starts_with("dpkg: error processing ");
    if (line.starts_with("E: ")) of_apt = line.substr(3);
  }
  const bool is_telling = of_dpkg.empty() || !of_apt.starts_with("Sub-process");
  return printable(is_telling ? of_apt : of_dpkg);
}

}  // namespace

std::vector<std::string> missing_packages(std::string_view status,
                                          const std::vector<std::string>& wanted) {
  std::set<std::string> missing(wanted.begin(), wanted.end());
  while (!status.empty() && !missing.empty()) {
    const size_t end = std::min(status.find("\n\n"), status.size());
    const std::string_view stanza = status.substr(0, end);
    const std::string name(field(stanza, "Package"));
    const std::string with_architecture = name + ":" + std::string(field(stanza, "Architecture"));
    if ((missing.contains(name) || missing.contains(with_architecture)) &&
        field(stanza, "Status").ends_with(" ok installed")) {
      missing.erase(name);
      missing.erase(with_architecture);
    }
    status.remove_prefix(std::min(end + 2, status.size()));
  }
  return {missing.begin(), missing.end()};
}

std::vector<std::string> missing_packages(const std::vector<std::string>& wanted) {
  if (wanted.empty()) return {};
  return missing_packages(read_file(status_file, max_status_bytes), wanted);
}

bool Packages::install(const std::vector<std::string>& wanted, const std::string& service,
                       Done done) {
  std::vector<std::string> packages;
  try {
    packages = missing_packages(wanted);
  } catch (const std::exception& error) {
    done(fmt::format("cannot find out which packages are installed: {}", error.what()));
    return true;
  }
  if (packages.empty()) {
    done("");
    return true;
  }
  orders_.push_back({.packages = packages, .service = service, .done = std::move(done)});
  if (orders_.size() == 1) start_next();
  return false;
}

void Packages::start_next() {
  try {
    start(orders_.front());
  } catch (const std::exception& error) {
    ended(error.what());
  }
}

void Packages::start(const Order& order) {
  log_info("{}: installing {}", order.service, join(order.packages, " "));
  output_.reset(check(memfd_create("apt-get", MFD_CLOEXEC), "cannot make room for apt's output"));
  std::string unit = "overlayd-packages-" + order.service + ".service";
  std::replace(unit.begin(), unit.end(), '@', '-');
  std::vector<std::string> argv{"/usr/bin/apt-get",
                                "--yes",
                                "--quiet",
                                "--option=DPkg::Lock::Timeout=600",
                                "--option=Dpkg::Options::=--force-confold",
                                "install",
                                "--"};
  argv.insert(argv.end(), order.packages.begin(), order.packages.end());
  units_.run(
      {.name = unit,
       .description = "Install packages for " + order.service,
       .argv = argv,
       .environment = {"DEBIAN_FRONTEND=noninteractive", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"},
       .timeout = timeout,
       .output = output_.get()},
      [this](const UnitOutcome& outcome) {
        const std::string said = outcome.ok ? "" : complaint(read_output(output_.get()));
        ended(said.empty() ? outcome.text : said);
      });
}

// apt also fails for another package that was broken before.
void Packages::ended(const std::string& problem) {
  const Order order = std::move(orders_.front());
  orders_.pop_front();
  const bool more = !orders_.empty();  // what `done` orders starts by itself if there is no more
  const std::string error =
      problem.empty() || are_installed(order.packages)
          ? ""
          : fmt::format("cannot install {}: {}", join(order.packages, " "), problem);
  guard([&] { order.done(error); });
  if (more) start_next();
}

}  // namespace overlayd
