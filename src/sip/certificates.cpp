#include "sip/certificates.h"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

namespace seatline::sip {

namespace {

Result<std::string> read_text(const std::string& path, const char* field) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    auto out = text.str();
    if (!file || out.empty()) return Error{"unavailable", field, path + " can't be read"};
    return Result<std::string>{boost::system::in_place_value, std::move(out)};
}

bool write_private(const std::string& path, const std::string& text) {
    const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return false;
    const bool is_written =
        write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    return close(fd) == 0 && is_written;
}

Result<void> check_pair(const std::string& certificate, const std::string& key) {
    const auto bio = [](const std::string& text) {
        return std::unique_ptr<BIO, decltype(&BIO_free)>(
            BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free);
    };
    const std::unique_ptr<X509, decltype(&X509_free)> leaf(
        PEM_read_bio_X509(bio(certificate).get(), nullptr, nullptr, nullptr), X509_free);
    if (!leaf) return Error{"unavailable", "tls_certificate", "is no certificate in PEM form"};
    // An encrypted key would ask at the terminal: an empty password makes it fail instead.
    const auto no_password = [](char*, int, int, void*) { return 0; };
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> secret(
        PEM_read_bio_PrivateKey(bio(key).get(), nullptr, no_password, nullptr), EVP_PKEY_free);
    if (!secret) return Error{"unavailable", "tls_key", "is no unencrypted key in PEM form"};
    if (X509_check_private_key(leaf.get(), secret.get()) != 1) {
        return Error{"unavailable", "tls_key", "doesn't belong to the certificate"};
    }
    return {};
}

}  // namespace

CertificateFolder::~CertificateFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

Result<void> CertificateFolder::fill(const Config& config) {
    const auto certificate = read_text(config.tls_certificate, "tls_certificate");
    if (certificate.has_error()) return certificate.error();
    const auto key = read_text(config.tls_key, "tls_key");
    if (key.has_error()) return key.error();
    if (auto checked = check_pair(*certificate, *key); checked.has_error()) return checked;
    // sofia loads the first certificate only; OpenSSL finds the rest of the chain among these.
    auto authorities = *certificate;
    if (!config.tls_ca.empty()) {
        const auto trusted = read_text(config.tls_ca, "tls_ca");
        if (trusted.has_error()) return trusted.error();
        authorities += '\n' + *trusted;
    }
    std::string pattern = std::filesystem::temp_directory_path() / "seatline-tls-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) {
        return Error{"unavailable", "tls_certificate", "no temporary folder can be made"};
    }
    path_ = pattern;
    if (!write_private(path_ + "/agent.pem", *certificate + '\n' + *key) ||
        !write_private(path_ + "/cafile.pem", authorities)) {
        return Error{"unavailable", "tls_certificate", "the temporary folder can't be written"};
    }
    return {};
}

}  // namespace seatline::sip
