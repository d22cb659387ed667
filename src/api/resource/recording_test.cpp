#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "api/http/zip.h"
#include "api/test_center.h"

namespace seatline::api::test {
namespace {

Answer remove(const Center& center, const std::string& target, const Login& login) {
    return center.ask(
        {"DELETE", target, "", {{"Cookie", login.cookie}, {"X-CSRF-Token", login.csrf}}});
}

/// What Python's zipfile says of it: a reader that is not ours. "name length" lines, or the error.
std::string unzip(const TempFolder& folder, const std::string& octets) {
    folder.write("export.zip", octets);
    const std::string command =
        "python3 -c \"import sys, zipfile\n"
        "z = zipfile.ZipFile(sys.argv[1])\n"
        "assert z.testzip() is None\n"
        "print(''.join(i.filename + ' ' + str(i.file_size) + '\\n' for i in z.infolist()))\n"
        "open(sys.argv[2], 'wb').write(z.read('index.csv'))\" " +
        folder.path("export.zip") + ' ' + folder.path("index.csv") + " > " + folder.path("list") +
        " 2>&1";
    static_cast<void>(std::system(command.c_str()));
    std::ifstream in(folder.path("list"));
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string text_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST(archived_recording, ranges_type_and_decoded_form) {
    const Center center;
    const Login boss = center.login("boss");
    const std::string ogg = "OggS" + std::string(9'996, 'o');
    center.recordings.write("100.ogg", ogg);
    const std::string target = "/api/v1/calls/100/recording";
    const Answer whole = center.get(target, boss);
    EXPECT_EQ(whole.header("content-type"), "audio/ogg");
    EXPECT_EQ(whole.body, ogg);
    EXPECT_NE(whole.header("content-disposition").find("_95001.ogg\""), std::string::npos);
    const Answer part = center.get(target, boss, {{"Range", "bytes=4-7"}});
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.body, "oooo");
    EXPECT_EQ(part.header("content-range"), "bytes 4-7/10000");
    const Answer wav = center.get(target + "?format=wav", boss);
    EXPECT_EQ(wav.header("content-type"), "audio/wav");
    EXPECT_EQ(wav.body, wav_text(16'000, 16'384, -32'768));
    EXPECT_EQ(center.get(target + "?format=mp3", boss).status, 400);
    const auto waveform = center.get("/api/v1/calls/100/waveform", boss).json();
    EXPECT_EQ(waveform.at("left").at(0).to_number<int>(), 50);
    EXPECT_EQ(center.get(target + "?recording=1000", boss).status, 404);  // has no file of its own
    EXPECT_EQ(center.get(target + "?recording=999", boss).status, 404);
    const auto list = center.get("/api/v1/calls/100/recordings", boss).json();
    EXPECT_EQ(list.at(0).at("recording").to_number<int>(), 1000);
}

TEST(delete_recording, needs_a_reason_and_is_written_down) {
    Center center;
    const Login root = center.login("root");
    const std::string target = "/api/v1/calls/100/recording";
    const Answer without = remove(center, target, root);
    EXPECT_EQ(without.status, 400);
    EXPECT_EQ(without.json().at("field").as_string(), "reason");
    EXPECT_EQ(remove(center, target + "?reason=GDPR%20wish", root).status, 204);
    EXPECT_EQ(remove(center, "/api/v1/calls/102/recording?reason=x", root).status, 404);
    EXPECT_EQ(remove(center, target + "?reason=x", center.login("boss")).status, 403);
    EXPECT_EQ(center.deleted, std::vector<std::string>{"100 0 GDPR wish root"});
    std::vector<std::string> seen;
    for (const auto& entry : center.audits("delete_recording", 3))
        seen.push_back(entry.user_name + '|' + entry.object + '|' + entry.detail);
    EXPECT_EQ(seen, (std::vector<std::string>{"boss|/api/v1/calls/100/recording|refused: the role "
                                              "supervisor",
                                              "root|call 100|GDPR wish",
                                              "root|call 102|refused: recording: there is none"}));
}

TEST(deletions, are_paged) {
    const Center center;
    const Login root = center.login("root");
    const auto first = center.get("/api/v1/recordings/deletions?limit=3", root).json();
    EXPECT_EQ(first.at("deletions").as_array().size(), 3u);
    EXPECT_EQ(first.at("next").to_number<int>(), 3);
    const auto rest = center.get("/api/v1/recordings/deletions?limit=3&after=3", root).json();
    EXPECT_EQ(rest.at("deletions").as_array().size(), 2u);
    EXPECT_FALSE(rest.as_object().contains("next"));
    for (const char* bad : {"limit=0", "limit=1001", "from=x", "after=x"})
        EXPECT_EQ(center.get(std::string("/api/v1/recordings/deletions?") + bad, root).status, 400);
}

TEST(recording_export, is_a_zip_with_index_of_the_tenant_only) {
    const Center center;
    const TempFolder folder;
    center.recordings.write("100-1000.wav", wav_text(100'000, 5, 5));
    center.recordings.write("200-2000.wav", wav_text(10, 5, 5));
    const Login boss = center.login("boss");
    const Answer answer = center.get("/api/v1/recordings/export?result=answered", boss);
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("content-type"), "application/zip");
    EXPECT_EQ(answer.header("transfer-encoding"), "chunked");
    EXPECT_EQ(answer.header("content-length"), "");
    const std::string list = unzip(folder, answer.body);
    EXPECT_TRUE(list.starts_with("20261122-201000_13800138000_95001_1000.wav 400044\nindex.csv "))
        << list;
    EXPECT_EQ(list.find("2000.wav"), std::string::npos);
    const std::string index = text_of(folder.path("index.csv"));
    EXPECT_TRUE(
        index.starts_with("\xEF\xBB\xBF"
                          "file,call,"));
    EXPECT_NE(index.find("\"100\",\"1000\",\"call\",\"inbound\",\"13800138000\",\"95001\""),
              std::string::npos)
        << index;
    EXPECT_NE(index.find("\"101\",\"1010\""), std::string::npos);  // has none: a note instead
    EXPECT_NE(index.find("this call has no recording"), std::string::npos);
    const auto audits = center.audits("export_recordings", 2);
    ASSERT_EQ(audits.size(), 2u);
    EXPECT_EQ(audits[0].detail, "begun: result=answered");
    EXPECT_TRUE(audits[1].detail.starts_with("done: 1 recordings, ")) << audits[1].detail;
    EXPECT_EQ(center.get("/api/v1/recordings/export?format=ogg", boss).status, 400);
    EXPECT_EQ(center.get("/api/v1/recordings/export?limit=5", boss).status, 400);
}

TEST(recording_export, old_client_gets_it_to_the_connections_end) {
    const Center center;
    const TempFolder folder;
    center.recordings.write("100-1000.wav", wav_text(10, 5, 5));
    const std::string answer =
        center.raw("GET /api/v1/recordings/export HTTP/1.0\r\nHost: x\r\nCookie: " +
                   center.login("boss").cookie + "\r\n\r\n");
    EXPECT_EQ(answer.find("chunked"), std::string::npos);
    const auto body = answer.substr(answer.find("\r\n\r\n") + 4);
    EXPECT_NE(unzip(folder, body).find("_1000.wav 84"), std::string::npos);
}

TEST(zip, empty_archive_and_names_in_utf8) {
    const TempFolder folder;
    ZipWriter zip;
    std::string out;
    zip.begin("index.csv", {}, out);
    zip.end(out);
    zip.begin("录音/a.wav", {}, out);
    zip.add("abc", out);
    zip.add("def", out);
    zip.end(out);
    zip.finish(out);
    EXPECT_EQ(zip.size(), out.size());
    EXPECT_TRUE(unzip(folder, out).starts_with("index.csv 0\n录音/a.wav 6\n"))
        << unzip(folder, out);
}

TEST(mailboxes, counts_pages_sound_and_changes) {
    Center center;
    std::vector<core::VoicemailRequest> asked;
    center.on_request = [&](const EngineRequest& request) -> Result<CallId> {
        asked.push_back(std::get<core::VoicemailRequest>(request));
        if (asked.back().message == MessageId{9})
            return Error{"not_found", "message", "there is no such message"};
        return CallId{};
    };
    const Login agent = center.login("agent1");
    const auto boxes = center.get("/api/v1/mailboxes", agent).json();
    ASSERT_EQ(boxes.as_array().size(), 2u);
    EXPECT_EQ(boxes.at(1).at("messages").at("unheard").to_number<int>(), 2);
    const std::string messages = "/api/v1/mailboxes/1/messages";
    const auto page = center.get(messages + "?limit=2", agent).json();
    EXPECT_EQ(page.at("messages").as_array().size(), 2u);
    EXPECT_EQ(page.at("next").to_number<int>(), 2);
    const auto rest = center.get(messages + "?limit=2&before=2", agent).json();
    EXPECT_EQ(rest.at("messages").as_array().size(), 1u);
    EXPECT_FALSE(rest.as_object().contains("next"));
    const Answer part = center.get(messages + "/1/audio", agent, {{"Range", "bytes=0-3"}});
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.body, "RIFF");
    EXPECT_NE(part.header("content-disposition").find("box%201.wav"), std::string::npos);
    EXPECT_EQ(center.get(messages + "/9/audio", agent).status, 404);
    EXPECT_EQ(center.get(messages + "/x/audio", agent).status, 400);
    EXPECT_EQ(center.audits("play_voicemail").at(0).object, "mailbox 1 message 1");
    EXPECT_EQ(center.post(messages + "/1/heard", "", agent).body, "{}");
    EXPECT_EQ(remove(center, messages + "/2", agent).status, 200);
    EXPECT_EQ(remove(center, messages + "/9", agent).status, 404);
    ASSERT_EQ(asked.size(), 3u);
    EXPECT_FALSE(asked[0].remove);
    EXPECT_EQ(asked[0].by, AgentId{11});
    EXPECT_EQ(asked[0].mailbox, MailboxId{1});
    EXPECT_TRUE(asked[1].remove);
    EXPECT_EQ(asked[1].message, MessageId{2});
    EXPECT_EQ(asked[1].tenant, TenantId{1});
    EXPECT_EQ(center.audits("delete_voicemail", 2).at(0).object, "mailbox 1 message 2");
}

}  // namespace seatline::api::test
