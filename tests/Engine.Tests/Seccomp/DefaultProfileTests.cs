using System.Diagnostics;
using System.Text.Json;
using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp;

/// <summary>
/// A real default profile within its goals: containers-common's, of the dialect of Docker's default.json. Which calls it allows
/// whatever their arguments is read here from the JSON, and what the kernel's cache sees is followed here instruction by instruction.
/// </summary>
public class DefaultProfileTests
{
    private const string File = "/usr/share/containers/seccomp.json";
    private const uint X86_64 = 0xC000_003E, I386 = 0x4000_0003, AllowValue = 0x7fff_0000;
    private static readonly SeccompArchitecture[] Native = [SeccompArchitecture.X86_64], All = [SeccompArchitecture.X86_64, SeccompArchitecture.X86, SeccompArchitecture.X32];

    [Theory]
    [InlineData(false, 100)]
    [InlineData(true, 260)]
    public void Is_compiled_small_and_proven_soon(bool compatible, int most)
    {
        var policy = Policy(compatible ? All : Native);
        var program = SeccompCompiler.Compile(policy);
        Assert.InRange(program.Count, 10, most);
        Assert.InRange(program.LongestNamePath, 8, 12);
        var begun = Stopwatch.GetTimestamp();
        Assert.Empty(SeccompProver.Differences(policy, program));
        // The goal is 2 s; three times that, for machines that do something else too.
        Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(6));
        // The goal is 5 ms warm; the least of some runs, for the same reason.
        Assert.InRange(Enumerable.Range(0, 40).Min(_ => Compile(policy)), TimeSpan.Zero, TimeSpan.FromMilliseconds(15));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_call_that_the_file_allows_whatever_its_arguments_is_constant_for_the_kernels_cache(bool compatible)
    {
        var architectures = compatible ? All : Native;
        var program = SeccompCompiler.Compile(Policy(architectures));
        var (allowed, other) = ReadFile();
        Assert.InRange(allowed.Count, 300, 500);
        foreach (var architecture in architectures)
        {
            var audit = architecture == SeccompArchitecture.X86 ? I386 : X86_64;
            foreach (var entry in SyscallTable.For(architecture).Entries)
            {
                var constant = allowed.Contains(entry.Name) && !other.Contains(entry.Name);
                Assert.True(constant == IsAllowedByNumberAlone(program, audit, entry.Number), $"{architecture} {entry.Name}: constant={constant}");
                Assert.Equal(constant, ConstantAllow.IsCached(program, architecture, entry.Number));
            }
        }
    }

    private static SeccompPolicy Policy(SeccompArchitecture[] architectures)
    {
        Assert.SkipUnless(System.IO.File.Exists(File), "needs the package golang-github-containers-common");
        var context = new SeccompImportContext { Architecture = SeccompArchitecture.X86_64, Capabilities = SeccompImportContext.DockerDefaultCapabilities };
        return Assert.IsType<SeccompPolicy>(Assert.Single(SeccompFile.Read(File, SeccompFormat.Oci, context))).Copy(architectures: architectures);
    }

    private static TimeSpan Compile(SeccompPolicy policy)
    {
        var copy = policy.Copy();
        var begun = Stopwatch.GetTimestamp();
        SeccompCompiler.Compile(copy);
        return Stopwatch.GetElapsedTime(begun);
    }

    // kernel/seccomp.c, seccomp_is_const_allow: with any other load than nr and arch the kernel gives up.
    private static bool IsAllowedByNumberAlone(SeccompProgram program, uint audit, uint number)
    {
        uint a = 0;
        for (var at = 0; ; at++)
        {
            var (code, yes, no, k) = program.Instructions[at];
            switch (code)
            {
                case 0x20 when k is 0 or 4: a = k == 0 ? number : audit; break; // BPF_LD | BPF_W | BPF_ABS
                case 0x06: return k == AllowValue; // BPF_RET | BPF_K
                case 0x05: at += (int)k; break; // BPF_JMP | BPF_JA
                case 0x15: at += a == k ? yes : no; break; // JEQ
                case 0x25: at += a > k ? yes : no; break; // JGT
                case 0x35: at += a >= k ? yes : no; break; // JGE
                case 0x45: at += (a & k) != 0 ? yes : no; break; // JSET
                case 0x54: a &= k; break; // BPF_ALU | BPF_AND | BPF_K
                default: return false;
            }
        }
    }

    // Names that apply on amd64 with Docker's capabilities: those allowed without a condition, and those that a rule treats otherwise for any arguments.
    private static (HashSet<string> Allowed, HashSet<string> Other) ReadFile()
    {
        using var document = JsonDocument.Parse(System.IO.File.ReadAllText(File));
        HashSet<string> allowed = [], other = [];
        foreach (var rule in document.RootElement.GetProperty("syscalls").EnumerateArray().Where(Applies))
        {
            var names = Strings(rule, "names");
            var conditional = rule.TryGetProperty("args", out var args) && args.ValueKind == JsonValueKind.Array && args.GetArrayLength() > 0;
            // libseccomp keeps the first rule without conditions, as it does for setns here.
            if (rule.GetProperty("action").GetString() != "SCMP_ACT_ALLOW") other.UnionWith(conditional ? names : names.Except(allowed));
            else if (!conditional) allowed.UnionWith(names.Except(other));
        }

        return (allowed, other);
    }

    private static bool Applies(JsonElement rule)
    {
        var includes = rule.TryGetProperty("includes", out var included) ? included : default;
        var excludes = rule.TryGetProperty("excludes", out var excluded) ? excluded : default;
        var arches = Strings(includes, "arches");
        return (arches.Length == 0 || arches.Contains("amd64")) && Strings(includes, "caps").All(Has) && !Strings(excludes, "caps").Any(Has) && !Strings(excludes, "arches").Contains("amd64");
    }

    private static bool Has(string capability) => SeccompImportContext.DockerDefaultCapabilities.Contains(capability);

    private static string[] Strings(JsonElement element, string property) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(property, out var list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray().Select(item => item.GetString()!)] : [];
}
