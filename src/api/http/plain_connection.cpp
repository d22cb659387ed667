#include "api/http/connection.h"

namespace seatline::api {

void spawn_plain(const ConnectionContext& context, asio::ip::tcp::socket socket, Peer peer) {
    const asio::any_io_executor executor = socket.get_executor();
    spawn_connection(std::make_shared<Connection<beast::tcp_stream>>(
                         context, beast::tcp_stream(std::move(socket)), std::move(peer)),
                     executor);
}

}  // namespace seatline::api
