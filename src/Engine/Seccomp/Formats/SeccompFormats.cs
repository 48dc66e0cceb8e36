namespace Sandbox.Seccomp;

/// <summary>Reads and writes policies in all formats.</summary>
public static class SeccompFormats
{
    private static readonly Dictionary<string, SeccompFormat> Endings = new(StringComparer.OrdinalIgnoreCase)
    {
        [".json"] = SeccompFormat.Oci,
        [".yaml"] = SeccompFormat.Kubernetes,
        [".yml"] = SeccompFormat.Kubernetes,
        [".conf"] = SeccompFormat.Systemd,
        [".service"] = SeccompFormat.Systemd,
        [".policy"] = SeccompFormat.Minijail,
        [".bpf"] = SeccompFormat.Bpf,
        [".txt"] = SeccompFormat.Disassembly,
    };

    /// <summary>The format that a file's ending stands for.</summary>
    public static SeccompFormat OfPath(string path) => Endings.TryGetValue(Path.GetExtension(path), out var format)
        ? format
        : throw new SandboxException("SeccompFormat,UNKNOWN_ENDING", SandboxErrorKind.InvalidArgument,
            $"'{path}': the ending says no format.", $"Give -Format, or one of the endings {string.Join(", ", Endings.Keys)}.");

    /// <summary>Whether a text is a path rather than a name: it has a slash or one of the known endings.</summary>
    public static bool IsPath(string text) => text.Contains('/', StringComparison.Ordinal) || Endings.ContainsKey(Path.GetExtension(text));

    /// <summary>Reads policies, or a program from its disassembly, from text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="format">Its format.</param>
    /// <param name="source">What error messages call it, such as the path.</param>
    /// <param name="context">Against what conditions are resolved; this machine if null.</param>
    public static IReadOnlyList<object> Read(string text, SeccompFormat format, string source, SeccompImportContext? context = null) => format switch
    {
        SeccompFormat.Oci => [OciReader.Read(text, source, context)],
        SeccompFormat.Kubernetes => [KubernetesReader.Read(text, source, context)],
        SeccompFormat.Systemd => [SystemdReader.Read(text, source, context)],
        SeccompFormat.Minijail => [MinijailReader.Read(text, source, context)],
        SeccompFormat.Firecracker => FirecrackerReader.Read(text, source, context),
        SeccompFormat.Disassembly => [DisassemblyReader.Read(text, source, (context ?? new()).Architecture)],
        _ => throw new SandboxException("SeccompFormat,NOT_TEXT", SandboxErrorKind.InvalidArgument,
            $"{source}: a program is bytes and not text.", "Import the file with Import-SeccompPolicy -Format Bpf."),
    };

    /// <summary>What a policy has that a format can't say; empty where nothing is lost.</summary>
    public static IReadOnlyList<string> Losses(SeccompPolicy policy, SeccompFormat format) => format switch
    {
        SeccompFormat.Oci => OciWriter.Losses(policy),
        SeccompFormat.Kubernetes => KubernetesWriter.Losses(policy),
        SeccompFormat.Systemd => SystemdWriter.Losses(policy),
        SeccompFormat.Minijail => MinijailWriter.Losses(policy),
        _ => [], // programs are compiled from the whole policy
    };

    /// <summary>Writes a policy as text. What would be lost is an error unless <paramref name="allowLossy"/>.</summary>
    public static string Write(SeccompPolicy policy, SeccompFormat format, bool allowLossy = false)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (format is not (SeccompFormat.Oci or SeccompFormat.Kubernetes or SeccompFormat.Systemd) || !ScopeLosses(policy).Any()) return WriteWhole(policy, format, allowLossy);
        CheckLosses(policy, Losses(policy, format), $"the format {format}", allowLossy);
        return WriteWhole(policy.For(policy.Architectures[0]), format, allowLossy);
    }

    private static string WriteWhole(SeccompPolicy policy, SeccompFormat format, bool allowLossy) => format switch
    {
        SeccompFormat.Oci => OciWriter.Write(policy, allowLossy),
        SeccompFormat.Kubernetes => KubernetesWriter.Write(policy, allowLossy),
        SeccompFormat.Systemd => SystemdWriter.Write(policy, allowLossy),
        SeccompFormat.Minijail => MinijailWriter.Write(policy, allowLossy),
        SeccompFormat.Disassembly => BpfDisassembler.Disassemble(SeccompCompiler.Compile(policy)),
        SeccompFormat.Firecracker => throw new SandboxException("SeccompFormat,READ_ONLY", SandboxErrorKind.InvalidArgument,
            "The format Firecracker is only read.", "Write the policy in one of the other formats."),
        _ => throw new SandboxException("SeccompFormat,NOT_TEXT", SandboxErrorKind.InvalidArgument,
            $"The format {format} is bytes and not text.", "Export it to a file with Export-SeccompPolicy."),
    };

    /// <summary>Rules that aren't for all of the policy's architectures, which no text can say. Nothing more may be allowed instead, so that the text is for one.</summary>
    internal static IEnumerable<string> ScopeLosses(SeccompPolicy policy) =>
        policy.Rules.Where(rule => !policy.Architectures.All(rule.IsFor)).Select(rule => $"rule '{rule}': the format has rules for all architectures only, so that the text is for {SeccompArchitectures.Name(policy.Architectures[0])} alone and kills the calls of the others");

    internal static void CheckLosses(SeccompPolicy policy, IReadOnlyList<string> losses, string format, bool allowLossy)
    {
        if (losses.Count == 0 || allowLossy) return;
        throw new SandboxException("SeccompFormat,LOSSY", SandboxErrorKind.InvalidOperation,
            $"The policy '{policy.Name}' can't be written as {format} without loss:\n  {string.Join("\n  ", losses)}", "Allow the losses (-AllowLossy), or change the policy.");
    }
}
