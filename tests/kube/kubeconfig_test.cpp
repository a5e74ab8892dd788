// SPDX-License-Identifier: Apache-2.0
#include "kube/kubeconfig.h"

#include <gtest/gtest.h>

#include <map>

#include "support/temp_dir.h"

namespace carbon::kube {
namespace {

constexpr const char* kCa = "-----BEGIN CERTIFICATE-----\nCA";
// The same, as base64.
constexpr const char* kCaData = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkNB";

/// Knows three files.
Result<std::string> Files(const std::string& path) {
  const std::map<std::string, std::string> files = {
      {"/etc/kube/ca.pem", kCa},
      {"/abs/cert.pem", "-----BEGIN CERTIFICATE-----\nCERT"},
      {"/etc/kube/key.pem", "-----BEGIN PRIVATE KEY-----\nKEY"},
      {"/etc/kube/garbage", "garbage"}};
  const auto found = files.find(path);
  return found == files.end() ? Result<std::string>(Invalid("cannot read " + path))
                              : Result<std::string>(found->second);
}

Result<Connection> Parse(const std::string& text, std::string_view context = "") {
  return ParseKubeconfig(text, "/etc/kube", context, Files);
}

/// A kubeconfig with one context, its cluster's and its user's lines being given in flow style.
std::string Config(const std::string& cluster, const std::string& user) {
  return "apiVersion: v1\nkind: Config\ncurrent-context: here\n"
         "contexts:\n- name: here\n  context: {cluster: c, user: u}\n"
         "clusters:\n- name: c\n  cluster: {" +
         cluster +
         "}\n"
         "users:\n- name: u\n  user: {" +
         user + "}\n";
}

constexpr const char* kTwo = R"(
current-context: dev
contexts:
- {name: prod, context: {cluster: big, user: robot, namespace: batch}}
- {name: dev, context: {cluster: small}}
clusters:
- {name: small, cluster: {server: "http://127.0.0.1:8001/"}}
- name: big
  cluster:
    server: https://big.example:6443/k8s/c1/
    certificate-authority: ca.pem
    tls-server-name: kubernetes
    insecure-skip-tls-verify: false
users:
- name: robot
  user: {client-certificate: /abs/cert.pem, client-key: key.pem, token: t0, tokenFile: token}
)";

TEST(ParseKubeconfig, TakesTheCurrentContext) {
  const auto dev = Parse(kTwo);
  ASSERT_TRUE(dev) << dev.error().message;
  EXPECT_EQ(dev->server, "http://127.0.0.1:8001");
  EXPECT_EQ(dev->name_space, "default");
  EXPECT_EQ(dev->token, "");
  EXPECT_EQ(dev->token_file, "");
  EXPECT_EQ(dev->tls.ca_pem, "");
}

TEST(ParseKubeconfig, TakesTheContextAskedFor) {
  const auto prod = Parse(kTwo, "prod");
  ASSERT_TRUE(prod) << prod.error().message;
  EXPECT_EQ(prod->server, "https://big.example:6443/k8s/c1");
  EXPECT_EQ(prod->name_space, "batch");
  EXPECT_EQ(prod->token, "t0");
  EXPECT_EQ(prod->token_file, "/etc/kube/token");
  EXPECT_EQ(prod->tls.ca_pem, kCa);
  EXPECT_EQ(prod->tls.certificate_pem, "-----BEGIN CERTIFICATE-----\nCERT");
  EXPECT_EQ(prod->tls.key_pem, "-----BEGIN PRIVATE KEY-----\nKEY");
  EXPECT_EQ(prod->tls.server_name, "kubernetes");
}

TEST(ParseKubeconfig, ReadsJson) {
  const auto found = Parse(
      R"({"current-context":"a","contexts":[{"name":"a","context":{"cluster":"c"}}],)"
      R"("clusters":[{"name":"c","cluster":{"server":"https://h","certificate-authority-data":")" +
      std::string(kCaData) + R"("}}]})");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->tls.ca_pem, kCa);
}

TEST(ParseKubeconfig, DataGoesBeforeAFile) {
  const auto found =
      Parse(Config("server: https://h, certificate-authority: missing.pem, "
                   "certificate-authority-data: " +
                       std::string(kCaData),
                   ""));
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->tls.ca_pem, kCa);
}

TEST(ParseKubeconfig, SaysWhatIsWrong) {
  const std::string ok = "server: https://h";
  const std::pair<std::string, std::string> cases[] = {
      {"", "not a kubeconfig"},
      {"- a", "not a kubeconfig"},
      {"a: [", "malformed YAML in line 1"},
      {"a: 1", "current-context is not set: choose one with --context"},
      {"current-context: x", "no context 'x'"},
      {"current-context: x\ncontexts: 7", "no context 'x'"},
      {"current-context: x\ncontexts: [{name: x, context: {cluster: y}}]",
       "context 'x': no cluster 'y'"},
      {Config("", ""), "cluster 'c': server '' is not a URL such as https://10.0.0.1:6443"},
      {Config("server: 'https://'", ""),
       "cluster 'c': server 'https://' is not a URL such as https://10.0.0.1:6443"},
      {Config("server: 'https://a:b@h'", ""),
       "cluster 'c': server 'https://a:b@h' is not a URL such as https://10.0.0.1:6443"},
      {Config(ok + ", insecure-skip-tls-verify: true", ""),
       "cluster 'c': insecure-skip-tls-verify is not supported: name the certificate-authority"},
      {Config(ok + ", proxy-url: 'http://p'", ""),
       "cluster 'c': proxy-url is not supported: set HTTPS_PROXY instead"},
      {Config(ok + ", certificate-authority-data: '***'", ""),
       "cluster 'c': certificate-authority-data is not base64"},
      {Config(ok + ", certificate-authority: garbage", ""),
       "cluster 'c': certificate-authority is not in PEM form"},
      {Config(ok + ", certificate-authority: missing.pem", ""),
       "cluster 'c': certificate-authority: cannot read /etc/kube/missing.pem"},
      {Config(ok, "client-key: key.pem"),
       "user 'u': client-certificate and client-key go together: one of them is missing"},
      {Config(ok, "exec: {command: aws}"),
       "user 'u': exec is not supported yet: use a client certificate, a token or a token file"},
      {Config(ok, "auth-provider: {name: oidc}"),
       "user 'u': auth-provider is not supported yet: use a client certificate, a token or a token "
       "file"},
  };
  for (const auto& [text, want] : cases) {
    const auto found = Parse(text);
    ASSERT_FALSE(found) << text;
    EXPECT_EQ(found.error(), Invalid(want)) << text;
  }
}

TEST(ParseKubeconfig, IsBounded) {
  EXPECT_EQ(Parse(std::string((1 << 20) + 1, ' ')).error(),
            Invalid("kubeconfig larger than 1 MiB"));
  EXPECT_FALSE(Parse(std::string(100'000, '[')));
}

constexpr const char* kMinimal =
    "current-context: a\ncontexts: [{name: a, context: {cluster: c}}]\n"
    "clusters: [{name: c, cluster: {server: ";

std::string Minimal(const std::string& server) { return kMinimal + ("\"" + server + "\"}}]\n"); }

TEST(FindCluster, FollowsKubectlsOrder) {
  const TempDir dir;
  const std::string flag = dir.Write("flag", Minimal("https://flag"));
  const std::string variable = dir.Write("variable", Minimal("https://variable"));
  std::filesystem::create_directories(dir.Path(".kube"));
  dir.Write(".kube/config", Minimal("https://home"));
  dir.Write("ca.crt", kCa);
  dir.Write("namespace", "carbon\n");
  Surroundings around;
  around.kubeconfig = dir.Path("missing") + "::" + variable;
  around.home = dir.Path("");
  around.service_host = "10.0.0.1";
  around.service_port = "443";
  around.service_account = dir.Path("");

  EXPECT_EQ(FindCluster(flag, "", around)->server, "https://flag");
  EXPECT_EQ(FindCluster("", "", around)->server, "https://variable");
  around.kubeconfig = "";
  EXPECT_EQ(FindCluster("", "", around)->server, "https://home");
  around.home = dir.Path("nobody");
  const auto pod = FindCluster("", "", around);
  ASSERT_TRUE(pod) << pod.error().message;
  EXPECT_EQ(pod->server, "https://10.0.0.1:443");
  EXPECT_EQ(pod->tls.ca_pem, kCa);
  EXPECT_EQ(pod->token_file, dir.Path("") + "/token");
  EXPECT_EQ(pod->name_space, "carbon");
  around.service_host = "fd00::1";
  around.service_port = "";
  EXPECT_EQ(FindCluster("", "", around)->server, "https://[fd00::1]:443");
}

TEST(FindCluster, SaysWhereItLooked) {
  Surroundings around;
  EXPECT_EQ(
      FindCluster("", "", around).error(),
      Invalid("no cluster found: pass --kubeconfig, set KUBECONFIG or create ~/.kube/config"));
  around.kubeconfig = "/nowhere/config";
  EXPECT_EQ(FindCluster("", "", around).error(),
            Invalid("KUBECONFIG names no file that exists: /nowhere/config"));
  EXPECT_EQ(FindCluster("/nowhere/k", "", around).error(),
            Invalid("cannot read /nowhere/k: No such file or directory"));
  const TempDir dir;
  const std::string path = dir.Write("k", "a: [");
  EXPECT_EQ(FindCluster(path, "", around).error(), Invalid(path + ": malformed YAML in line 1"));
}

TEST(FindCluster, ReadsFilesBesideTheKubeconfig) {
  const TempDir dir;
  dir.Write("ca.pem", kCa);
  const std::string path =
      dir.Write("k", std::string(kMinimal) + "\"https://h\", certificate-authority: ca.pem}}]\n");
  const auto found = FindCluster(path, "", {});
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->tls.ca_pem, kCa);
}

}  // namespace
}  // namespace carbon::kube
