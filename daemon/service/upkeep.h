// Keeps in place what is deployed: what somebody takes away is put back from what lies on the disk.
#pragma once

#include <cstdint>
#include <string>

#include "daemon/service/workshop.h"
#include "daemon/state/record.h"

namespace overlayd {

class Upkeep {
 public:
  // Both must outlive this object.
  Upkeep(const Workshop& workshop, Record& record) : workshop_(workshop), record_(record) {}

  // Whether what is deployed is in effect on the machine; see missing() of service/restore.h.
  bool all_in_place() const;

  enum class Outcome {
    nothing_missing,
    back,
    back_again,  // and again, right after it was put back: somebody goes on taking it away
    missing      // see missing_for()
  };
  Outcome put_back();
  // Why something could not be put back, the last time that was tried; empty: all was.
  const std::string& missing_for() const { return missing_for_; }
  // What stood in the way has gone.
  void nothing_missing() { missing_for_.clear(); }
  // Putting it back at once again is likely to be no use.
  bool in_vain() const;

  // What goes away before that, in seconds since the epoch, or soon after, goes away again.
  void watch_until(uint64_t until);
  // Somebody has asked for it: the count begins anew.
  void forgive() { put_back_at_ = 0; }

  // What an earlier daemon has left, if it can be read by now. Returns whether it is known what
  // there is of the service.
  bool recall();

 private:
  std::string restore(Remembered remembered);

  const Workshop& workshop_;
  Record& record_;
  uint64_t put_back_at_ = 0;  // when it was last put back, or is to be looked at again
  unsigned in_a_row_ = 0;
  std::string missing_for_;
};

}  // namespace overlayd
