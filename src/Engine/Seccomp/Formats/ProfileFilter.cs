using System.Text.RegularExpressions;
using Newtonsoft.Json.Linq;

namespace Sandbox.Seccomp;

/// <summary>
/// <c>includes</c> and <c>excludes</c> of a rule, resolved as moby/profiles (seccomp_linux.go) and containers/common do: a rule is left
/// out if one of its excludes holds, or one of its includes doesn't. Every capability of includes must be there; one of excludes is enough.
/// </summary>
internal static partial class ProfileFilter
{
    private static readonly string[] Fields = ["caps", "arches", "minKernel"];

    // By SeccompArchitecture: the words of moby/profiles (goToNative) and containers-common (libseccomp-golang), which differ in the last one
    // only. Another word, such as x86_64, matches nowhere, as with them.
    private static readonly string[][] ArchitectureWords =
        [["amd64"], ["x86"], ["x32"], ["arm64"], ["arm"], ["riscv64"], ["s390x"], ["ppc64le"], ["loongarch64", "loong64"]];

    public static bool Applies(JObject rule, string source, SeccompImportContext context)
    {
        bool excluded = rule["excludes"] is { Type: not JTokenType.Null } excludes && Any(JsonPlace.Object(excludes, source), source, context);
        bool included = rule["includes"] is not { Type: not JTokenType.Null } includes || All(JsonPlace.Object(includes, source), source, context);
        return included && !excluded;
    }

    private static bool Any(JObject filter, string source, SeccompImportContext context)
    {
        JsonPlace.CheckProperties(filter, source, Fields);
        var (capabilities, architectures, kernel) = Read(filter, source);
        return architectures.Any(word => IsArchitecture(word, context)) || capabilities.Any(context.Capabilities.Contains) || (kernel is not null && IsAtLeast(context, kernel));
    }

    private static bool All(JObject filter, string source, SeccompImportContext context)
    {
        JsonPlace.CheckProperties(filter, source, Fields);
        var (capabilities, architectures, kernel) = Read(filter, source);
        return (architectures.Length == 0 || architectures.Any(word => IsArchitecture(word, context))) && capabilities.All(context.Capabilities.Contains)
            && (kernel is null || IsAtLeast(context, kernel));
    }

    private static (string[] Capabilities, string[] Architectures, Version? Kernel) Read(JObject filter, string source) =>
        ([.. JsonPlace.Items(filter["caps"], source).Select(token => Capability(token, source))],
            [.. JsonPlace.Items(filter["arches"], source).Select(token => JsonPlace.Text(token, source))],
            filter["minKernel"] is { Type: not JTokenType.Null } token ? Kernel(token, source) : null);

    private static string Capability(JToken token, string source)
    {
        string name = JsonPlace.Text(token, source);
        return name.StartsWith("CAP_", StringComparison.Ordinal) ? name : throw JsonPlace.Error(token, source, $"'{name}' is no capability; it must start with 'CAP_'");
    }

    // An empty text is every kernel; the parts have 8 bits (KernelVersion.UnmarshalJSON of moby/profiles).
    private static Version Kernel(JToken token, string source)
    {
        string text = JsonPlace.Text(token, source);
        if (text.Length == 0) return new(0, 0);
        var version = KernelForm().IsMatch(text) ? Version.Parse(text) : new(0, 0);
        return version is { Major: 0, Minor: 0 } or { Major: > byte.MaxValue } or { Minor: > byte.MaxValue }
            ? throw JsonPlace.Error(token, source, $"'{text}' is no kernel version; the form is '4.8'") : version;
    }

    private static bool IsArchitecture(string word, SeccompImportContext context) => ArchitectureWords[(int)context.Architecture].Contains(word);

    private static bool IsAtLeast(SeccompImportContext context, Version kernel) =>
        new Version(context.KernelVersion.Major, context.KernelVersion.Minor) >= kernel;

    [GeneratedRegex(@"^\d{1,4}\.\d{1,4}$")]
    private static partial Regex KernelForm();
}
