using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp.Formats;

public class OciReaderTests
{
    private static readonly SeccompImportContext Amd64 = new() { Architecture = SeccompArchitecture.X86_64, Capabilities = ["CAP_SYS_CHROOT"], KernelVersion = new(5, 10) };

    [Fact]
    public void Reads_all_fields_of_the_specification()
    {
        var policy = OciReader.Read("""
            { "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38, "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
              "flags": ["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW"], "listenerPath": "/run/agent.sock", "listenerMetadata": "m",
              "syscalls": [
                { "names": ["read", "write"], "action": "SCMP_ACT_ALLOW" },
                { "names": ["clone"], "action": "SCMP_ACT_ALLOW", "args": [ { "index": 0, "value": 2114060288, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ" } ] },
                { "names": ["personality"], "action": "SCMP_ACT_TRACE", "errnoRet": 7, "args": [ { "index": 0, "value": 18446744073709551615, "op": "SCMP_CMP_EQ" } ] } ] }
            """, "profile.json", Amd64);
        var expected = new SeccompPolicy("profile", SeccompAction.Errno,
            [
                new(["read", "write"], SeccompAction.Allow),
                new(["clone"], SeccompAction.Allow, null, [new(0, SeccompOperator.MaskedEqual, 0x7E020000, 0)]),
                new(["personality"], SeccompAction.Trace, 7, [new(0, SeccompOperator.Equal, ulong.MaxValue)]),
            ], 38, [SeccompArchitecture.X86_64, SeccompArchitecture.X86], SeccompFilterFlags.Log | SeccompFilterFlags.SpeculationAllow, "", "/run/agent.sock", "m");
        Assert.Equal(expected, policy);
    }

    [Theory]
    [InlineData("""{"includes":{"caps":["CAP_SYS_CHROOT"]}}""", true)]
    [InlineData("""{"includes":{"caps":["CAP_SYS_CHROOT","CAP_SYS_ADMIN"]}}""", false)] // every one is needed
    [InlineData("""{"excludes":{"caps":["CAP_SYS_ADMIN","CAP_SYS_CHROOT"]}}""", false)] // one is enough
    [InlineData("""{"excludes":{"caps":["CAP_SYS_ADMIN"]}}""", true)]
    [InlineData("""{"includes":{"arches":["arm64","amd64"]}}""", true)]
    [InlineData("""{"includes":{"arches":["arm64"]}}""", false)]
    [InlineData("""{"excludes":{"arches":["amd64"]}}""", false)]
    [InlineData("""{"includes":{"minKernel":"4.8"}}""", true)]
    [InlineData("""{"includes":{"minKernel":"5.10"}}""", true)]
    [InlineData("""{"includes":{"minKernel":"5.11"}}""", false)]
    [InlineData("""{"excludes":{"minKernel":"5.10"}}""", false)]
    [InlineData("""{"includes":{"arches":["amd64"]},"excludes":{"caps":["CAP_SYS_CHROOT"]}}""", false)]
    [InlineData("""{"includes":{},"excludes":null}""", true)]
    public void Conditions_of_a_rule_are_resolved_as_docker_does(string filter, bool applies)
    {
        string text = $$"""{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["chroot"],"action":"SCMP_ACT_ALLOW",{{filter[1..]}}]}""";
        Assert.Equal(applies ? 1 : 0, OciReader.Read(text, "profile.json", Amd64).Rules.Count);
    }

    [Fact]
    public void An_architecture_map_and_errno_names_are_resolved()
    {
        const string Text = """
            {"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":1,"defaultErrno":"ENOSYS",
             "archMap":[{"architecture":"SCMP_ARCH_MIPS64","subArchitectures":["SCMP_ARCH_MIPS"]},{"architecture":"SCMP_ARCH_X86_64","subArchitectures":["SCMP_ARCH_X86","SCMP_ARCH_X32"]},{"architecture":"SCMP_ARCH_RISCV64","subArchitectures":null}],
             "syscalls":[{"name":"bdflush","action":"SCMP_ACT_ERRNO","errno":"EACCES","args":null,"comment":""}]}
            """;
        var policy = OciReader.Read(Text, "profile.json", Amd64);
        Assert.Equal([SeccompArchitecture.X86_64, SeccompArchitecture.X86, SeccompArchitecture.X32], policy.Architectures);
        Assert.Equal(38, policy.DefaultErrno);
        Assert.Equal(13, policy.Rules.Single().Errno);
        Assert.Equal([SeccompArchitecture.RiscV64], OciReader.Read(Text, "profile.json", Amd64 with { Architecture = SeccompArchitecture.RiscV64 }).Architectures);
    }

    // Most texts have their fault on line 2.
    [Theory]
    [InlineData("{\n}", "line 1", "defaultAction")]
    [InlineData("{\"defaultAction\":\n\"SCMP_ACT_ALOW\"}", "line 2", "did you mean 'SCMP_ACT_ALLOW'")]
    [InlineData("{\"defaultAction\":\n1}", "line 2", "a string is expected")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\n\"syscals\":[]}", "line 2", "did you mean 'syscalls'")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\n\"defaultAction\":\"SCMP_ACT_KILL\"}", "line 2", "defaultAction")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[\n{\"action\":\"SCMP_ACT_LOG\"}]}", "line 2", "syscalls[0]")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[\n{\"names\":[],\"action\":\"SCMP_ACT_LOG\"}]}", "line 2", "at least one name")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"read\",\n\"opennat\"],\"action\":\"SCMP_ACT_LOG\"}]}", "line 2", "syscalls[0].names[1]")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\n\"\"],\"action\":\"SCMP_ACT_LOG\"}]}", "line 2", "syscalls[0].names[0]")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ERRNO\",\n\"errnoRet\":4096}]}", "line 2", "syscalls[0].errnoRet")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ERRNO\",\n\"errnoRet\":-1}]}", "line 2", "range")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ERRNO\",\n\"errno\":\"ENOPE\"}]}", "line 2", "ENOPE")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_LOG\",\"args\":[\n{\"index\":6,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]}]}", "line 2", "args[0].index")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_LOG\",\"args\":[\n{\"index\":0,\"value\":18446744073709551616,\"op\":\"SCMP_CMP_EQ\"}]}]}", "line 2", "args[0].value")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_LOG\",\"args\":[\n{\"index\":0,\"value\":1.5,\"op\":\"SCMP_CMP_EQ\"}]}]}", "line 2", "a whole number")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_LOG\",\"args\":[\n{\"index\":0,\"op\":\"SCMP_CMP_EQ\"}]}]}", "line 2", "'value' is missing")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\n\"SCMP_ARCH_VAX\"]}", "line 2", "architectures[0]")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":[\n\"SECCOMP_FILTER_FLAG_LOOG\"]}", "line 2", "SECCOMP_FILTER_FLAG_LOG")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_LOG\",\"includes\":{\n\"caps\":[\"SYS_ADMIN\"]}}]}", "line 2", "includes.caps[0]")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_LOG\",\"includes\":{\n\"minKernel\":\"new\"}}]}", "line 2", "minKernel")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\n", "line 2", "path")]
    [InlineData("[\n1]", "line 1", "object")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\"}\n{}", "line 2", "Additional text")]
    public void A_fault_is_told_with_its_place(string text, string line, string what)
    {
        var error = Assert.Throws<SandboxException>(() => OciReader.Read(text, "profile.json", Amd64));
        Assert.Contains("profile.json", error.Message, StringComparison.Ordinal);
        Assert.Contains(line, error.Message, StringComparison.Ordinal);
        Assert.Contains(what, error.Message, StringComparison.OrdinalIgnoreCase);
    }

    // containers-common's package has its default profile; Docker's is of the same dialect.
    [Fact]
    public void The_default_profile_of_containers_common_is_imported_and_compiled_within_the_goals()
    {
        const string File = "/usr/share/containers/seccomp.json";
        Assert.SkipUnless(System.IO.File.Exists(File), "needs the package golang-github-containers-common");
        var policy = OciReader.Read(System.IO.File.ReadAllText(File), File, Amd64 with { Capabilities = SeccompImportContext.DockerDefaultCapabilities });
        var all = SeccompCompiler.Compile(policy);
        var native = SeccompCompiler.Compile(policy.Copy(architectures: [SeccompArchitecture.X86_64]));
        Assert.InRange(all.Count, 10, 260);
        Assert.InRange(native.Count, 10, 100);
        Assert.Empty(SeccompProver.Differences(policy, all));
        int path = SyscallTable.For(SeccompArchitecture.X86_64).Entries.Where(entry => ConstantAllow.IsCached(native, SeccompArchitecture.X86_64, entry.Number))
            .Max(entry => BpfEmulator.Run(native, new(0xC000_003E, entry.Number)).Executed);
        Assert.InRange(path, 4, 12);
        Assert.Empty(SeccompLint.Check(native, policy.Copy(architectures: [SeccompArchitecture.X86_64])));
    }
}
