// scenario_runner FILE...: plays each scenario as it is, then with 20 seeds of doubled messages.
// Exit 0 when all hold.
#include <cstdio>

#include "tests/scenario/script.h"

int main(int argc, char** argv) {
    bool good = argc > 1;
    for (int i = 1; i < argc; ++i) {
        for (std::uint64_t seed = 0; seed <= 20 && good; ++seed) {
            seatline::scenario::Script script(argv[i], {seed, seed == 0 ? 0.0 : 0.5});
            good = script.run();
        }
        std::printf("%s %s\n", good ? "ok    " : "FAILED", argv[i]);
    }
    return good ? 0 : 1;
}
