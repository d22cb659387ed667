#pragma once
// sofia reads its certificate, key and trusted authorities from a folder with fixed names. This is
// that folder: private (0700), made from the files of the configuration, gone when sofia has read
// it.
#include <string>

#include "base/result.h"
#include "sip/endpoint.h"

namespace seatline::sip {

class CertificateFolder {
public:
    CertificateFolder() = default;
    ~CertificateFolder();
    CertificateFolder(const CertificateFolder&) = delete;
    CertificateFolder& operator=(const CertificateFolder&) = delete;

    /// Reads and checks Config.tls_*. Errors: unavailable, fields "tls_certificate", "tls_key",
    /// "tls_ca", because sofia itself would serve without a certificate and say nothing.
    [[nodiscard]] Result<void> fill(const Config& config);

    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

}  // namespace seatline::sip
