using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Sandbox.Denials;
using Sandbox.Seccomp;
using Sandbox.Tests.Runtime;
using Sandbox.Tests.Seccomp;

namespace Sandbox.Tests.Denials;

/// <summary>Calls of a real program, decoded from its memory, against what strace says of the same calls.</summary>
public sealed partial class StraceAgreementTests : IDisposable
{
    private static readonly HashSet<string> Addresses = ["connect", "bind", "sendto", "sendmsg"];

    private readonly ScratchDirectory scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void The_same_constants_texts_and_addresses()
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "the program is for x86-64");
        Assert.SkipUnless(File.Exists("/usr/bin/strace"), "needs strace");
        var (calls, traced, decoded) = Run();
        Assert.InRange(calls.Count, 120, 300);
        Assert.Equal(calls.Count, traced.Count);
        var differences = new List<string>();
        for (var i = 0; i < calls.Count; i++)
        {
            var name = SyscallTable.For(SeccompArchitecture.X86_64).Find(calls[i])!.Name;
            Assert.StartsWith(name + "(", traced[i], StringComparison.Ordinal);
            var wrong = Compare(name, traced[i], decoded[i]);
            if (wrong.Length > 0) differences.Add($"{wrong}\n  strace:  {traced[i]}\n  decoded: {name}({decoded[i]})");
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    [Theory]
    [InlineData("openat", "openat(AT_FDCWD, \"/a\", O_RDONLY|O_CLOEXEC)", "dirfd=AT_FDCWD, pathname=/a, flags=O_RDONLY")]
    [InlineData("openat", "openat(AT_FDCWD, \"/a\", O_RDONLY)", "dirfd=AT_FDCWD, pathname=/b, flags=O_RDONLY")]
    [InlineData("connect", "connect(-1, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr(\"192.0.2.1\")}, 16)", "sockfd=-1, addr=inet 192.0.2.1:444")]
    public void The_comparison_finds_differences(string name, string traced, string decoded) => Assert.NotEmpty(Compare(name, traced, decoded));

    private static string Compare(string name, string traced, string decoded)
    {
        var theirs = Comments().Replace(traced, "");
        foreach (Match quoted in Quoted().Matches(theirs))
        {
            if (name == "sendto" && quoted.Value == "\"x\"" || quoted.Value == "\"ifb1\"") continue; // the data; the name of an interface's number
            var text = Octal().Replace(quoted.Groups[1].Value.Replace("\\\"", "\"", StringComparison.Ordinal), m => $"\\x{Convert.ToInt32(m.Groups[1].Value, 8):x2}");
            if (!decoded.Contains(text, StringComparison.Ordinal)) return $"the text {text} is missing";
        }

        foreach (Match number in AddressNumbers().Matches(theirs))
        {
            var digits = number.Groups[1].Value;
            var value = digits.StartsWith("0x", StringComparison.Ordinal) ? ulong.Parse(digits[2..], NumberStyles.HexNumber) : ulong.Parse(digits);
            if (!Regex.IsMatch(decoded, $@"\b(0x0*{value:x}|{value})\b")) return $"the number {number.Value} is missing";
        }

        if (Addresses.Contains(name)) theirs = Braces().Replace(theirs, "");
        theirs = Quoted().Replace(theirs, "");
        if (name == "ioctl") theirs = theirs.Split(',')[1];
        string[] expected = [.. Constants().Matches(theirs).Select(m => m.Value)], actual = [.. Constants().Matches(decoded).Select(m => m.Value)];
        // The type of an event is in a struct that strace doesn't read after such an error; of an address, it is in its form.
        if (name != "perf_event_open" && !Addresses.Contains(name) && actual.Except(expected).FirstOrDefault() is { } extra) return $"{extra} isn't in strace's";
        // strace shows all of union bpf_attr, and both names of a request that drivers share.
        if (name == "bpf" || theirs.Contains(" or ", StringComparison.Ordinal) || theirs.Contains("_IOC(", StringComparison.Ordinal)) return "";
        return expected.Except(actual).FirstOrDefault() is { } missing ? $"{missing} is missing" : "";
    }

    private (List<uint> Calls, List<string> Traced, List<string> Decoded) Run()
    {
        using var source = new StreamReader(typeof(StraceAgreementTests).Assembly.GetManifestResourceStream("calls.c")!);
        var program = CProgram.Compile(source.ReadToEnd(), scratch.Path);
        var log = scratch.At("log");
        var start = new ProcessStartInfo("/usr/bin/strace", ["-qq", "-s", "256", "-o", log, "-e", "trace=!write", program]) { RedirectStandardOutput = true, WorkingDirectory = scratch.Path };
        using var strace = Process.Start(start)!;
        int? process = null;
        try
        {
            var calls = new List<uint>();
            var arguments = new List<ulong[]>();
            process = int.Parse(strace.StandardOutput.ReadLine()!.Split(' ')[1]);
            for (string line; (line = strace.StandardOutput.ReadLine() ?? throw new InvalidOperationException("the program ended")) != "end";)
            {
                var words = line.Split(' ');
                calls.Add(uint.Parse(words[0]));
                arguments.Add([.. words[1..].Select(w => ulong.Parse(w, NumberStyles.HexNumber))]);
            }

            using var target = TargetTask.TryOpen(process.Value) ?? throw new InvalidOperationException("the program ended");
            var table = SyscallTable.For(SeccompArchitecture.X86_64);
            List<string> decoded = [.. calls.Select((number, i) => string.Join(", ", ArgumentDecoder.Decode(SeccompArchitecture.X86_64, table.Find(number)!, arguments[i], target)))];
            var relative = calls.FindIndex(c => table.Find(c)!.Name == "open");
            var opened = ArgumentDecoder.Decode(SeccompArchitecture.X86_64, table.Find(calls[relative])!, arguments[relative], target);
            Assert.Equal(scratch.At("relative/nowhere"), opened[0].FullPath);
            process = End(process.Value);
            Assert.True(strace.WaitForExit(10_000));
            var lines = File.ReadAllLines(log);
            var marks = Enumerable.Range(0, lines.Length).Where(i => lines[i].StartsWith("getppid(", StringComparison.Ordinal)).ToArray();
            return (calls, [.. lines[(marks[0] + 1)..marks[1]].Select(l => Result().Replace(l, ""))], decoded);
        }
        finally
        {
            if (process is { } running) End(running);
        }
    }

    private static int? End(int process)
    {
        try
        {
            using var target = Process.GetProcessById(process);
            target.Kill();
        }
        catch (ArgumentException)
        {
            // It has ended.
        }

        return null;
    }

    [GeneratedRegex(@"\s+= (-?\d+|0x[0-9a-f]+|\?)( [A-Z].*| \(.*)?$")]
    private static partial Regex Result();

    [GeneratedRegex(@"/\*.*?\*/")]
    private static partial Regex Comments();

    [GeneratedRegex("\"((?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\\([0-7]{1,3})")]
    private static partial Regex Octal();

    [GeneratedRegex(@"(?:htons\(|nl_pid=|nl_groups=|svm_cid=|svm_port=|scope_id=)(0x[0-9a-f]+|\d+)")]
    private static partial Regex AddressNumbers();

    [GeneratedRegex(@"\{.*\}")]
    private static partial Regex Braces();

    [GeneratedRegex(@"\b[A-Z][A-Z0-9]*(_[A-Z0-9]+)+\b(?!\()|\b(SIG|TC|TIOC|FIO|SIOC)[A-Z0-9]+\b")]
    private static partial Regex Constants();
}
