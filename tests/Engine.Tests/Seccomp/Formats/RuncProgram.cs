using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp.Formats;

/// <summary>What runc makes of an OCI profile, by way of libseccomp: an oracle that shares nothing with the writer but the text.</summary>
internal sealed class RuncProgram : IDisposable
{
    private static readonly Dictionary<string, uint> Actions = new(StringComparer.Ordinal)
    {
        ["SCMP_ACT_ALLOW"] = 0x7fff0000, ["SCMP_ACT_LOG"] = 0x7ffc0000, ["SCMP_ACT_TRACE"] = 0x7ff00000, ["SCMP_ACT_NOTIFY"] = 0x7fc00000,
        ["SCMP_ACT_ERRNO"] = 0x00050000, ["SCMP_ACT_TRAP"] = 0x00030000, ["SCMP_ACT_KILL_THREAD"] = 0, ["SCMP_ACT_KILL_PROCESS"] = 0x80000000,
    };

    private static readonly string[] Operators = ["SCMP_CMP_EQ", "SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_GT", "SCMP_CMP_GE", "SCMP_CMP_MASKED_EQ"];

    private readonly string directory = Directory.CreateTempSubdirectory("runc-").FullName;
    private readonly string program;

    public RuncProgram()
    {
        Assert.SkipWhen(CProgram.Compiler is null, "needs a C compiler");
        Assert.SkipUnless(File.Exists("/usr/include/seccomp.h"), "needs libseccomp's headers");
        string source = Path.Combine(directory, "runc.c");
        using (var text = new StreamReader(typeof(RuncProgram).Assembly.GetManifestResourceStream("runc.c")!)) File.WriteAllText(source, text.ReadToEnd());
        program = Path.Combine(directory, "runc");
        var (code, _, error) = CProgram.Run(CProgram.Compiler!, ["-O1", "-Wall", "-o", program, source, "-lseccomp"]);
        Assert.True(code == 0, error);
    }

    /// <summary>The program, and the names that this libseccomp doesn't know, which runc leaves out.</summary>
    public (SeccompProgram Program, string[] Unknown) Compile(string profile, bool bigEndian = false)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        using var output = new MemoryStream();
        var copied = process.StandardOutput.BaseStream.CopyToAsync(output);
        process.StandardInput.Write(Lines(profile));
        process.StandardInput.Close();
        if (!process.WaitForExit(30_000))
        {
            process.Kill();
            Assert.Fail("libseccomp takes too long for:\n" + Lines(profile));
        }

        copied.Wait();
        Assert.True(process.ExitCode == 0, error.Result + Lines(profile));
        return (SeccompProgram.FromBytes(output.ToArray(), bigEndian), [.. error.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line["unknown ".Length..])]);
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private static string Lines(string profile)
    {
        using var document = JsonDocument.Parse(profile);
        var root = document.RootElement;
        var lines = new List<string> { $"default {Action(root, "defaultAction", "defaultErrnoRet")}" };
        lines.AddRange(root.GetProperty("architectures").EnumerateArray().Select(each => $"arch {each.GetString()!["SCMP_ARCH_".Length..].ToLowerInvariant()}"));
        foreach (var rule in root.GetProperty("syscalls").EnumerateArray())
        {
            string[] conditions = rule.TryGetProperty("args", out var args)
                ? [.. args.EnumerateArray().Select(each => string.Join(' ', each.GetProperty("index").GetInt32(), Array.IndexOf(Operators, each.GetProperty("op").GetString()), each.GetProperty("value").GetUInt64(), each.TryGetProperty("valueTwo", out var two) ? two.GetUInt64() : 0))]
                : [];
            lines.AddRange(rule.GetProperty("names").EnumerateArray().Select(name => string.Create(CultureInfo.InvariantCulture, $"rule {Action(rule, "action", "errnoRet")} {name.GetString()} {conditions.Length} {string.Join(' ', conditions)}")));
        }

        return string.Join('\n', lines) + "\n";
    }

    private static uint Action(JsonElement element, string field, string number) =>
        Actions[element.GetProperty(field).GetString()!] | (element.TryGetProperty(number, out var errno) ? errno.GetUInt32() : 0);
}
