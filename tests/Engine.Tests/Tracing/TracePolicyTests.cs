using Sandbox.Seccomp;
using Sandbox.Tracing;

namespace Sandbox.Tests.Tracing;

public sealed class TracePolicyTests
{
    private const SeccompArchitecture X64 = SeccompArchitecture.X86_64, X86 = SeccompArchitecture.X86;

    [Fact]
    public void What_was_made_is_allowed_and_what_was_refused_is_not()
    {
        var policy = Learn("""
            {"arch":"x86_64","syscall":0,"count":5}
            {"arch":"x86_64","syscall":83,"count":2,"denied":2,"errno":1}
            {"arch":"x86_64","syscall":84,"count":2,"denied":1,"errno":1}
            {"arch":"x86_64","syscall":435,"count":1,"denied":1,"errno":38}
            """);
        Assert.Equal(SeccompAction.Allow, Decide(policy, "read").Action);
        Assert.Equal(new(SeccompAction.Errno, 1), Decide(policy, "mkdir"));
        Assert.Equal(SeccompAction.Allow, Decide(policy, "rmdir").Action);
        Assert.Equal(new(SeccompAction.Errno, 38), Decide(policy, "clone3")); // so that the library takes the older call
        Assert.Equal(new(SeccompAction.Errno, 1), Decide(policy, "write"));
        foreach (var name in new[] { "execve", "exit_group", "rt_sigreturn", "restart_syscall" }) Assert.Equal(SeccompAction.Allow, Decide(policy, name).Action);
        Assert.Equal(SeccompAction.KillProcess, policy.Decide(X86, 3).Action);
    }

    [Fact]
    public void IncludeDenied_allows_what_was_refused_too()
    {
        var policy = Learn("""{"arch":"x86_64","syscall":83,"count":2,"denied":2,"errno":1}""", includeDenied: true);
        Assert.Equal(SeccompAction.Allow, Decide(policy, "mkdir").Action);
    }

    [Fact]
    public void A_call_of_one_ABI_is_not_allowed_on_the_other()
    {
        var policy = Learn("""
            {"arch":"x86_64","syscall":0,"count":1}
            {"arch":"x86_64","syscall":1,"count":1}
            {"arch":"x86","syscall":3,"count":1}
            {"arch":"x86","syscall":20,"count":1}
            """);
        Assert.Equal((SeccompAction.Allow, SeccompAction.Allow), (Decide(policy, "read").Action, Decide(policy, "read", X86).Action));
        Assert.Equal((SeccompAction.Allow, SeccompAction.Errno), (Decide(policy, "write").Action, Decide(policy, "write", X86).Action));
        Assert.Equal((SeccompAction.Errno, SeccompAction.Allow), (Decide(policy, "getpid").Action, Decide(policy, "getpid", X86).Action));
        // The compiled program means the same; and no text of one list of rules does, which is said.
        Assert.Empty(SeccompProver.Differences(policy, SeccompCompiler.Compile(policy)));
        var observed = policy.ForObservation();
        Assert.Equal((SeccompAction.Allow, SeccompAction.Notify), (observed.Decide(X64, 1).Action, observed.Decide(X86, 4).Action));
        Assert.Contains("write", Assert.Throws<SandboxException>(() => SeccompFormats.Write(policy, SeccompFormat.Oci)).Message, StringComparison.Ordinal);
        Assert.Equal("MergeSeccompPolicy,SCOPE", Assert.Throws<SandboxException>(() => SeccompMerge.Merge([policy, policy], SeccompMergeMode.Union)).ErrorId);
    }

    [Fact]
    public void Arguments_are_held_to_the_values_seen_where_all_were()
    {
        var policy = Learn("""
            {"arch":"x86_64","syscall":41,"count":3,"args":{"0":[1,2],"1":[1],"2":[0]}}
            {"arch":"x86_64","syscall":16,"count":3,"args":{"1":null}}
            {"arch":"x86_64","syscall":0,"count":3}
            """, withArguments: true);
        Assert.Equal(SeccompAction.Allow, Decide(policy, "socket", X64, 2, 1, 0).Action);
        Assert.Equal(SeccompAction.Errno, Decide(policy, "socket", X64, 40, 1, 0).Action);
        Assert.Equal(SeccompAction.Errno, Decide(policy, "socket", X64, 2, 3, 0).Action);
        Assert.Equal(SeccompAction.Allow, Decide(policy, "ioctl", X64, 0, 0x5412).Action);
        Assert.Empty(SeccompProver.Differences(policy, SeccompCompiler.Compile(policy)));
    }

    [Fact]
    public void Values_of_several_traces_come_together_and_missing_ones_count_as_any()
    {
        var first = TraceFile.Parse("""{"arch":"x86_64","syscall":41,"count":1,"args":{"0":[1]}}""", "a");
        var second = TraceFile.Parse("""{"arch":"x86_64","syscall":41,"count":1,"args":{"0":[2]}}""", "b");
        var bare = TraceFile.Parse("""{"arch":"x86_64","syscall":41,"count":1}""", "c");
        Assert.Equal([1ul, 2], Assert.Single(TraceMerge.Of([.. first, .. second])).Arguments[0]!);
        Assert.Empty(Assert.Single(TraceMerge.Of([.. first, .. bare])).Arguments);
    }

    [Fact]
    public void Architectures_that_are_asked_for_get_what_was_made_on_them_and_no_more()
    {
        var counts = TraceFile.Parse("""
            {"arch":"x86_64","syscall":1,"count":1}
            {"arch":"x86","syscall":20,"count":1}
            {"arch":"0x80000028","syscall":1,"count":1}
            """, "t");
        var narrow = TracePolicy.Of("t", counts, false, false, only: [X64]);
        Assert.Equal([X64], narrow.Architectures);
        Assert.Equal((SeccompAction.Allow, SeccompAction.Errno, SeccompAction.KillProcess), (Decide(narrow, "write").Action, Decide(narrow, "getpid").Action, Decide(narrow, "getpid", X86).Action));
        Assert.Empty(SeccompFormats.Losses(narrow, SeccompFormat.Oci));
        var wide = TracePolicy.Of("t", [counts.Single(c => c.Name == "write")], false, false, only: [X64, X86]);
        Assert.Equal([X64, X86], wide.Architectures);
        Assert.Equal((SeccompAction.Allow, SeccompAction.Errno), (Decide(wide, "write").Action, Decide(wide, "write", X86).Action));
        foreach (var name in new[] { "exit_group", "rt_sigreturn", "sigreturn" }) Assert.Equal(SeccompAction.Allow, Decide(wide, name, X86).Action);
        Assert.Equal("NewSeccompPolicy,EMPTY_TRACE", Assert.Throws<SandboxException>(() => TracePolicy.Of("t", counts, false, false, only: [SeccompArchitecture.Arm])).ErrorId);
    }

    [Fact]
    public void Arguments_of_refused_calls_are_not_known_so_that_including_them_frees_all()
    {
        const string Trace = """{"arch":"x86_64","syscall":41,"count":3,"denied":1,"errno":97,"args":{"0":[1],"1":[1],"2":[0]}}""";
        Assert.Equal(SeccompAction.Errno, Decide(Learn(Trace, withArguments: true), "socket", X64, 40, 1, 0).Action);
        Assert.Equal(SeccompAction.Allow, Decide(Learn(Trace, includeDenied: true, withArguments: true), "socket", X64, 40, 1, 0).Action);
    }

    [Fact]
    public void A_trace_in_which_all_was_refused_takes_no_values_from_another()
    {
        var seen = TraceFile.Parse("""{"arch":"x86_64","syscall":41,"count":1,"args":{"0":[1]}}""", "a");
        var refused = TraceFile.Parse("""{"arch":"x86_64","syscall":41,"count":1,"denied":1,"errno":97}""", "b");
        foreach (var both in new[] { TraceMerge.Of([.. seen, .. refused]), TraceMerge.Of([.. refused, .. seen]) }) Assert.Equal([1ul], Assert.Single(both).Arguments[0]!);
    }

    [Fact]
    public void Switches_that_the_files_give_nothing_for_are_an_error()
    {
        Assert.Equal("NewSeccompPolicy,NO_ARGUMENTS", Assert.Throws<SandboxException>(() => new TraceSource { Straces = ["s"], WithArguments = true }.Build()).ErrorId);
        Assert.Equal("NewSeccompPolicy,NO_DENIALS", Assert.Throws<SandboxException>(() => new TraceSource { Straces = ["s"], IncludeDenied = true }.Build()).ErrorId);
    }

    [Fact]
    public void Invented_numbers_do_not_grow_a_trace_without_bound()
    {
        var table = new TraceTable();
        for (var number = 100_000; number < 110_000; number++) table.Record(0xC000_003E, number, new(SeccompAction.Allow), [0, 0, 0, 0, 0, 0]);
        table.Record(0xC000_003E, 0, new(SeccompAction.Allow), [0, 0, 0, 0, 0, 0]);
        var counts = table.Counts();
        Assert.Equal((4096 + 2, 10_001L), (counts.Length, counts.Sum(c => c.Count)));
        Assert.Equal(10_000 - 4096, counts.Single(c => c.Architecture == "0x00000000").Count);
    }

    [Theory]
    [InlineData("""{"arch":"x86_64","syscall":9999,"count":1}""", "NewSeccompPolicy,UNKNOWN_CALL")]
    [InlineData("""{"arch":"0x80000028","syscall":1,"count":1}""", "NewSeccompPolicy,UNKNOWN_ARCHITECTURE")]
    [InlineData("""{"arch":"x86_64","syscall":83,"count":1,"denied":1}""", "NewSeccompPolicy,EMPTY_TRACE")]
    [InlineData("", "NewSeccompPolicy,EMPTY_TRACE")]
    public void What_no_policy_can_say_is_an_error(string trace, string id) => Assert.Equal(id, Assert.Throws<SandboxException>(() => Learn(trace)).ErrorId);

    [Fact]
    public void A_scope_outside_of_the_policy_is_an_error() => Assert.Equal("SeccompPolicy,SCOPE",
        Assert.Throws<SandboxException>(() => new SeccompPolicy("p", SeccompAction.Errno, [new(["read"], SeccompAction.Allow, architectures: [X86])], architectures: [X64])).ErrorId);

    private static SeccompPolicy Learn(string trace, bool includeDenied = false, bool withArguments = false) => TracePolicy.Of("t", TraceFile.Parse(trace, "t"), includeDenied, withArguments);

    private static SeccompDecision Decide(SeccompPolicy policy, string name, SeccompArchitecture architecture = X64, params ulong[] arguments) =>
        policy.Decide(architecture, SyscallTable.For(architecture).Find(name)!.Number, arguments);
}
