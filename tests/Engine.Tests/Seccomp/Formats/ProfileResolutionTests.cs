using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp.Formats;

/// <summary>
/// Profiles are resolved as the tools do that they are written for. What those make of a profile was recorded from their own code
/// (see the heads of the files in Data): of two that try all kinds of conditions, and of their default profiles.
/// </summary>
public class ProfileResolutionTests
{
    // Where the default profiles may be, besides the folder that an environment variable names.
    private const string ContainersProfile = "/usr/share/containers/seccomp.json", Folder = "SANDBOX_SECCOMP_PROFILES";

    private static readonly Dictionary<string, string[]> Sets = new()
    {
        ["-"] = [],
        ["docker"] = [.. SeccompImportContext.DockerDefaultCapabilities],
    };

    [Theory]
    [InlineData("moby")]
    [InlineData("common")]
    public void Conditions_of_every_kind_are_resolved_as_the_tool_does(string tool)
    {
        string text = Data($"conditions-{tool}.json");
        using var document = JsonDocument.Parse(text);
        string[] names = [.. document.RootElement.GetProperty("syscalls").EnumerateArray().Select(rule => rule.TryGetProperty("name", out var name) ? name.GetString()! : rule.GetProperty("names")[0].GetString()!)];
        var lines = Lines($"conditions-{tool}.txt").ToArray();
        Assert.InRange(lines.Length, 60, 400);
        foreach (string[] line in lines)
        {
            var policy = OciReader.Read(text, tool, Context(line[0], line[1], line[2], []));
            Assert.Equal(line[3], string.Join(',', policy.Architectures.Select(SeccompArchitectures.Name)));
            Assert.Equal(Native.Errno.ENOSYS, policy.DefaultErrno);
            Assert.Equal(names.Where((_, index) => line[4][index] == '1'), policy.Rules.Select(rule => rule.Names.Single()));
            Assert.All(policy.Rules.Where(rule => rule.Action == SeccompAction.Errno), rule => Assert.Equal(Native.Errno.EACCES, rule.Errno));
        }
    }

    [Theory]
    [InlineData("moby")]
    [InlineData("common-0.65-dev")]
    [InlineData("common-0.50.1")]
    public void A_default_profile_means_what_the_tool_makes_of_it(string profile)
    {
        var lines = Lines("default-profiles.txt").SkipWhile(line => line[0] != "profile" || line[1] != profile).ToArray();
        string hash = lines[0][2];
        string? file = Files().FirstOrDefault(file => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))) == hash);
        Assert.SkipWhen(file is null, $"needs the default profile of {profile} with the SHA-256 {hash}, in the folder that {Folder} names");
        string text = File.ReadAllText(file);
        string[] capabilities = [.. Regex.Matches(text, "CAP_[A-Z_]+").Select(match => match.Value).Distinct()];
        foreach (string[] line in lines.Skip(1).TakeWhile(line => line[0] != "profile"))
        {
            var policy = OciReader.Read(text, profile, Context(line[0], line[1], line[2], capabilities));
            line[3] = line[3].Replace("s390x,s390", "s390x", StringComparison.Ordinal); // there is no table of the 31-bit calls; they are killed
            Assert.Equal(string.Join(' ', line), $"{line[0]} {line[1]} {line[2]} {string.Join(',', policy.Architectures.Select(SeccompArchitectures.Name))} {Meaning(policy)}");
        }
    }

    [Fact]
    public void Of_two_rules_that_contradict_each_other_the_first_counts_as_in_a_container_and_the_caller_is_told()
    {
        const string Rules = """
            [{"names":["setns","dup"],"action":"SCMP_ACT_ALLOW"},{"names":["acct"],"action":"SCMP_ACT_ERRNO","errnoRet":38},
             {"names":["setns","acct"],"action":"SCMP_ACT_ERRNO","errnoRet":1,"excludes":{"caps":["CAP_SYS_ADMIN"]}}]
            """;
        var told = new List<string>();
        var context = new SeccompImportContext { Architecture = SeccompArchitecture.X86_64, Capabilities = [], Warn = told.Add };
        var policy = OciReader.Read("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,\"syscalls\":" + Rules + "}", "p.json", context);
        Assert.Equal(SeccompAction.Allow, policy.Decide(SeccompCall.Of(SeccompArchitecture.X86_64, "setns")).Action);
        Assert.Equal(new(SeccompAction.Errno, 1), policy.Decide(SeccompCall.Of(SeccompArchitecture.X86_64, "acct"))); // the rule that says the default is left out
        Assert.Equal(2, told.Count);
        Assert.Contains(told, text => text.Contains("setns", StringComparison.Ordinal) && text.Contains("Allow counts", StringComparison.Ordinal));
        // With the capability nothing contradicts; and in a policy of this module's own form the harsher counts.
        told.Clear();
        OciReader.Read("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,\"syscalls\":" + Rules + "}", "p.json", context with { Capabilities = ["CAP_SYS_ADMIN"] });
        var own = OciReader.Read("{\"name\":\"own\",\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,\"syscalls\":" + Rules + "}", "p.json", context);
        Assert.Empty(told);
        Assert.Equal(new(SeccompAction.Errno, 1), own.Decide(SeccompCall.Of(SeccompArchitecture.X86_64, "setns")));
    }

    // What each name means: the rule without conditions, of which there may be one only, or the conditions.
    private static string Meaning(SeccompPolicy policy)
    {
        int allowed = 0, isChecked = 0, refused = 0;
        var lines = new List<string>();
        foreach (string name in policy.Rules.SelectMany(rule => rule.Names).Distinct().Order(StringComparer.Ordinal))
        {
            var rules = policy.Rules.Where(rule => rule.Names.Contains(name)).ToArray();
            var plain = rules.Where(rule => rule.Conditions.Count == 0 && rule.Decision != policy.Default).Select(rule => rule.Decision).Distinct().ToArray();
            Assert.True(plain.Length <= 1 && (plain.Length == 0 || rules.All(rule => rule.Conditions.Count == 0)), name);
            if (plain.Length == 1) lines.Add($"{name} {Word(plain[0])}");
            else if (rules.Any(rule => rule.Conditions.Count > 0)) lines.Add($"{name} if {string.Join(" or ", rules.Where(rule => rule.Conditions.Count > 0).Select(Conditional))}");
            if (plain.Length == 1) (allowed, refused) = plain[0].Action == SeccompAction.Allow ? (allowed + 1, refused) : (allowed, refused + 1);
            else if (rules.Any(rule => rule.Conditions.Count > 0)) isChecked++;
        }

        return $"{allowed} {isChecked} {refused} {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))))[..16]}";
    }

    private static string Conditional(SeccompRule rule) => Word(rule.Decision) + string.Concat(rule.Conditions.Select(condition => $" {condition.Index} {Word(condition.Operator)} {condition.Value} {condition.ValueTwo}"));

    private static string Word(SeccompDecision decision) => $"{decision.Action.ToString().ToUpperInvariant()} {decision.Errno}";

    private static string Word(SeccompOperator op) => op switch
    {
        SeccompOperator.Equal => "EQ",
        SeccompOperator.NotEqual => "NE",
        SeccompOperator.Less => "LT",
        SeccompOperator.LessOrEqual => "LE",
        SeccompOperator.Greater => "GT",
        SeccompOperator.GreaterOrEqual => "GE",
        _ => "MASKED_EQ",
    };

    private static SeccompImportContext Context(string architecture, string kernel, string capabilities, string[] all) => new()
    {
        Architecture = Enum.GetValues<SeccompArchitecture>().Single(value => SeccompArchitectures.Name(value) == architecture),
        KernelVersion = Version.Parse(kernel.Split('-')[0]),
        Capabilities = capabilities == "all" ? all : Sets.TryGetValue(capabilities, out var set) ? set : [.. capabilities.Split(',').Select(name => "CAP_" + name)],
    };

    private static IEnumerable<string> Files() =>
        [.. new[] { ContainersProfile }.Where(File.Exists), .. Environment.GetEnvironmentVariable(Folder) is { } folder ? Directory.GetFiles(folder) : []];

    private static IEnumerable<string[]> Lines(string name) =>
        Data(name).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#').Select(line => line.Split(' '));

    private static string Data(string name)
    {
        using var reader = new StreamReader(typeof(ProfileResolutionTests).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
