// What is remembered of one service: in memory, and on the disk as well as that allows.
#pragma once

#include <optional>
#include <string>

#include "daemon/plan.h"
#include "daemon/state.h"
#include "daemon/store.h"

namespace overlayd {

// What an earlier daemon has left of a service.
struct Remembered {
  ServiceState state;
  std::string unreadable;    // why that is not known; empty: it is
  std::optional<Plan> open;  // was begun, and could not be taken back so far
};

class Record {
 public:
  // `store` must outlive this object.
  Record(const Store& store, std::string service, Remembered remembered);

  ServiceState& state() { return state_; }
  const ServiceState& state() const { return state_; }

  // Why the state cannot be read, empty: it was. Until then nothing may be made of the service, for
  // what there is of it would be forgotten.
  const std::string& unreadable() const { return unreadable_; }
  // Tries again; true if it was read now.
  bool read_again();

  // Brings the disk up to date with state(). What is live on the machine is not taken back because
  // a disk is full: this never throws; error() tells, and save_again() makes up for it.
  void save(Durability durability);
  // Does nothing if the disk has everything.
  void save_again();
  // Why the disk lags behind; empty: it does not.
  const std::string& error() const { return error_; }

  // Writes the journal of a plan that is about to be carried out. Throws Error.
  void begin(const Plan& plan);
  // The plan was carried out and its unit told, or it was taken back: the journal goes, as soon as
  // the state is on the disk.
  void seal();
  // A plan that was begun and neither carried out nor taken back.
  const std::optional<Plan>& open() const { return open_; }

 private:
  const Store& store_;
  std::string service_;
  ServiceState state_;
  std::string unreadable_;
  std::string error_;
  std::optional<Plan> open_;
  bool sealed_ = true;
};

}  // namespace overlayd
