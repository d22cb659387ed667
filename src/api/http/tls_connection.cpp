#include "api/http/connection.h"

namespace seatline::api {

void spawn_tls(const ConnectionContext& context, asio::ip::tcp::socket socket, Peer peer) {
    using Stream = beast::ssl_stream<beast::tcp_stream>;
    const asio::any_io_executor executor = socket.get_executor();
    spawn_connection(std::make_shared<Connection<Stream>>(
                         context, Stream(std::move(socket), *context.tls), std::move(peer)),
                     executor);
}

}  // namespace seatline::api
