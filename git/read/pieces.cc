#include "git/read/pieces.h"

#include "base/wire.h"

namespace overlayd::git {
namespace {

constexpr size_t max_piece_bytes = max_message_bytes / 2;

size_t size_of(const Oid& oid) { return oid.size(); }
size_t size_of(const Difference& difference) { return difference.path.size(); }

// At least one piece, so that there always is a last one.
template <typename Piece, typename Item>
void send(const std::vector<Item>& items, std::vector<Item> Piece::*list, const Respond& respond) {
  Piece piece;
  piece.last = false;
  size_t bytes = 0;
  for (const auto& item : items) {
    if ((piece.*list).size() == piece_size || bytes + size_of(item) > max_piece_bytes) {
      respond(piece);
      (piece.*list).clear();
      bytes = 0;
    }
    (piece.*list).push_back(item);
    bytes += size_of(item);
  }
  piece.last = true;
  respond(piece);
}

}  // namespace

void send_pieces(const std::vector<Oid>& blobs, const Respond& respond) {
  send(blobs, &MissingBlobs::blobs, respond);
}

void send_pieces(const std::vector<Difference>& differences, const Respond& respond) {
  send(differences, &Differences::differences, respond);
}

}  // namespace overlayd::git
