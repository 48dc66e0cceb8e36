using System.Diagnostics;
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
    [InlineData("{\"syscall\":0,\"count\":1}\n{\"syscall\":-2147483649,\"count\":1}", "t:2", "syscall")]
    [InlineData("{\"syscall\":4294967296,\"count\":1}", "t:1", "syscall")]
    [InlineData("{\"arch\":\"0xC000\",\"syscall\":0,\"count\":1}", "t:1", "'0xC000' is no architecture")]
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
    public void A_number_below_zero_comes_back()
    {
        var table = new TraceTable();
        table.Record(0xC000_003E, -1, new(Sandbox.Seccomp.SeccompAction.Allow), []);
        table.Record(0x8000_0002, 5, new(Sandbox.Seccomp.SeccompAction.Allow), []);
        TraceFile.Write(_scratch.At("t"), table.Counts());
        Assert.Equal([("0x80000002", 5), ("x86_64", -1)], TraceFile.Read(_scratch.At("t")).Select(c => (c.Architecture, c.Syscall)));
        Assert.Equal(-1, Assert.Single(TraceFile.Parse("{\"syscall\":4294967295,\"name\":null,\"count\":1}", "t")).Syscall);
    }

    [Fact]
    public void Sums_stop_at_the_greatest_number() => Assert.Equal(long.MaxValue,
        Assert.Single(TraceFile.Parse("{\"syscall\":0,\"count\":9223372036854775807}\n{\"syscall\":0,\"count\":2}", "t")).Count);

    [Fact]
    public void The_file_is_JSON_to_others()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/python3"), "python3 isn't installed");
        File.WriteAllText(_scratch.At("t"), Whole + "\n");
        TraceFile.Write(_scratch.At("t"), TraceFile.Read(_scratch.At("t")));
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", "import json,sys\nfor l in open(sys.argv[1]):\n o=json.loads(l); print(o['arch'],o['syscall'],o['count'],o['args'])", _scratch.At("t")]) { RedirectStandardOutput = true })!;
        Assert.Equal("x86_64 16 42 {'1': [21505, 18446744073709551615], '2': None}\n", python.StandardOutput.ReadToEnd());
        python.WaitForExit();
    }

    [Fact]
    public void No_device_pipe_or_directory_is_replaced_and_no_link_followed()
    {
        using (var mkfifo = Process.Start("mkfifo", _scratch.At("fifo"))) mkfifo.WaitForExit();
        Assert.Contains("a pipe", Assert.Throws<SandboxException>(() => TraceFile.Write(_scratch.At("fifo"), [])).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(_scratch.At("directory"));
        Assert.Contains("a directory", Assert.Throws<SandboxException>(() => TraceFile.Write(_scratch.At("directory"), [])).Message, StringComparison.Ordinal);
        _scratch.Write("victim", "victim");
        File.CreateSymbolicLink(_scratch.At("link"), _scratch.At("victim"));
        TraceFile.Write(_scratch.At("link"), []);
        Assert.Equal(("victim", "", null), (File.ReadAllText(_scratch.At("victim")), File.ReadAllText(_scratch.At("link")), new FileInfo(_scratch.At("link")).LinkTarget));
        // The name of the temporary file was a process id, which another user could foresee and make a link of.
        File.CreateSymbolicLink(_scratch.At($"t.{Environment.ProcessId}.tmp"), _scratch.At("victim"));
        TraceFile.Write(_scratch.At("t"), TraceFile.Parse(Whole, "t"));
        Assert.Equal("victim", File.ReadAllText(_scratch.At("victim")));
        var umask = Convert.ToInt32(File.ReadLines("/proc/self/status").First(line => line.StartsWith("Umask:", StringComparison.Ordinal))[6..].Trim(), 8);
        Assert.Equal((UnixFileMode)(0b110_100_100 & ~umask), File.GetUnixFileMode(_scratch.At("t")));
    }

    [Fact]
    public void After_SIGKILL_of_the_writer_the_file_is_whole()
    {
        var path = _scratch.At("killed");
        for (var round = 0; round < 8; round++)
        {
            using var host = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["host", "trace", path]) { RedirectStandardOutput = true })!;
            Assert.Equal("writing", host.StandardOutput.ReadLine());
            Thread.Sleep(Random.Shared.Next(0, 30));
            host.Kill();
            host.WaitForExit();
            var read = TraceFile.Read(path);
            Assert.Equal(300, read.Count);
            Assert.Single(read.Select(count => count.Count).Distinct());
        }
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
