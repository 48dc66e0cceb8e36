using Sandbox.Tests.Runtime;
using Sandbox.Tracing;

namespace Sandbox.Tests.Tracing;

public sealed class TraceFileTests : IDisposable
{
    private const string Whole = """{"arch":"x86_64","syscall":16,"name":"ioctl","count":42,"denied":1,"errno":1,"args":{"1":[21505,18446744073709551615],"2":null}}""";

    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_line_is_read_and_written_whole()
    {
        var count = Assert.Single(TraceFile.Parse(Whole + "\n", "t"));
        Assert.Equal(("x86_64", 16, "ioctl", 42L, 1L, 1), (count.Architecture, count.Syscall, count.Name, count.Count, count.Denied, count.Errno));
        Assert.Equal([21505ul, ulong.MaxValue], count.Arguments[1]!);
        Assert.Null(count.Arguments[2]);
        Assert.Equal(Whole, TraceFile.ToLine(count));
    }

    [Fact]
    public void The_form_without_arch_is_of_this_machine_and_lines_of_one_call_add_up()
    {
        Assert.SkipUnless(System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64, "the numbers are those of x86-64");
        var counts = TraceFile.Parse("{\"syscall\":0,\"name\":\"read\",\"count\":2}\n\n{\"syscall\":0,\"name\":\"read\",\"count\":3}\n{\"syscall\":9999,\"name\":null,\"count\":1}\n", "t");
        Assert.Equal([("x86_64", "read", 5L), ("x86_64", null, 1L)], counts.Select(c => (c.Architecture, c.Name, c.Count)));
    }

    [Fact]
    public void Architectures_are_kept_apart()
    {
        // 3 is close on x86-64 and read on i386.
        var counts = TraceFile.Parse("{\"arch\":\"x86_64\",\"syscall\":3,\"count\":1}\n{\"arch\":\"x86\",\"syscall\":3,\"count\":1}\n", "t");
        Assert.Equal([("x86", "read"), ("x86_64", "close")], counts.Select(c => (c.Architecture, c.Name!)));
    }

    [Theory]
    [InlineData("{\"syscall\":0}", "t:1", "count")]
    [InlineData("{\"syscall\":0,\"count\":1}\n{\"syscall\":-1,\"count\":1}", "t:2", "syscall")]
    [InlineData("{\"syscall\":0,\"count\":1.5}", "t:1", "count")]
    [InlineData("{\"syscall\":0,\"count\":\"1\"}", "t:1", "count")]
    [InlineData("{\"syscall\":0,\"count\":1,\"count\":2}", "t:1", "count")]
    [InlineData("{\"syscall\":0,\"count\":1,\"cuont\":2}", "t:1", "did you mean 'count'")]
    [InlineData("{\"syscall\":0,\"count\":9223372036854775808}", "t:1", "out of range")]
    [InlineData("{\"arch\":\"vax\",\"syscall\":0,\"count\":1}", "t:1", "'vax' is no architecture")]
    [InlineData("{\"arch\":\"x86_64\",\"syscall\":0,\"name\":\"write\",\"count\":1}", "t:1", "is 'read', not 'write'")]
    [InlineData("{\"syscall\":0,\"count\":1,\"denied\":2}", "t:1", "denied")]
    [InlineData("{\"syscall\":0,\"count\":1,\"args\":{\"6\":[]}}", "t:1", "'6' is no argument")]
    [InlineData("{\"syscall\":0,\"count\":1,\"args\":{\"1\":[18446744073709551616]}}", "t:1", "out of range")]
    [InlineData("[]", "t:1", "object")]
    [InlineData("{", "t:1", "line 1")]
    public void What_is_wrong_is_an_error_with_its_place(string text, string place, string reason)
    {
        var error = Assert.Throws<SandboxException>(() => TraceFile.Parse(text, "t"));
        Assert.Equal(SandboxErrorKind.ParserError, error.Kind);
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_finds_a_whole_file_while_it_is_rewritten()
    {
        var path = _scratch.At("t.ndjson");
        var small = TraceFile.Parse("{\"syscall\":0,\"count\":1}", "t");
        var large = TraceFile.Parse(string.Join('\n', Enumerable.Range(0, 330).Select(i => $"{{\"syscall\":{i},\"count\":1}}")), "t");
        TraceFile.Write(path, small);
        using var stop = new CancellationTokenSource();
        var writer = Task.Run(() =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++) TraceFile.Write(path, i % 2 == 0 ? large : small);
        }, TestContext.Current.CancellationToken);
        for (var i = 0; i < 300; i++) Assert.Contains(TraceFile.Read(path).Count, new[] { small.Count, large.Count });
        await stop.CancelAsync();
        await writer;
        Assert.Equal([path], Directory.GetFiles(_scratch.Path));
    }

    [Fact]
    public void A_path_that_can_not_be_written_is_an_error_before_anything_runs()
    {
        var request = Sandboxed.Request(Sandboxed.Strict, "true") with { TracePath = _scratch.At("no/such/directory/t") };
        Assert.Equal("Trace,CANNOT_WRITE", Assert.Throws<SandboxException>(() => Sandboxed.Run(request)).ErrorId);
        Assert.Equal("Trace,CANNOT_WRITE", Assert.Throws<SandboxException>(() => Sandboxed.Run(request with { TracePath = _scratch.Path })).ErrorId);
        var failing = Sandboxed.Request(Sandboxed.Strict, "true") with { TracePath = _scratch.At("t"), SeccompPolicy = new("no exec", Sandbox.Seccomp.SeccompAction.Allow, [new(["execve"], Sandbox.Seccomp.SeccompAction.Errno)]) };
        Assert.Throws<HardeningException>(() => Sandboxed.Run(failing));
        Assert.Empty(Directory.GetFiles(_scratch.Path));
    }
}
