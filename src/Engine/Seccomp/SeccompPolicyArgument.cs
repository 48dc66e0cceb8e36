namespace Sandbox.Seccomp;

/// <summary>
/// A policy as one types it: the name of a built-in one, a file, or a list of calls and @sets in the manner of systemd's
/// <c>SystemCallFilter=</c>: the list allows only what it names, or, where its first item begins with <c>~</c>, refuses only that.
/// </summary>
public static class SeccompPolicyArgument
{
    /// <summary>The policy of some texts.</summary>
    public static SeccompPolicy Parse(IReadOnlyList<string> texts)
    {
        if (texts.Count == 0) throw new SandboxException("SeccompPolicy,EMPTY", SandboxErrorKind.InvalidArgument, "-SeccompPolicy: the list is empty.", "Name a built-in policy, a file, or system calls.");
        if (texts.Count == 1 && BuiltInPolicies.Names.Contains(texts[0], StringComparer.OrdinalIgnoreCase)) return BuiltInPolicies.Get(texts[0].ToLowerInvariant());
        if (texts.Count == 1 && SeccompFormats.IsPath(texts[0])) return FromFile(texts[0]);
        var deny = texts[0].StartsWith('~');
        var names = texts.Select((t, i) => i == 0 && deny ? t[1..] : t).ToArray();
        var empty = new SeccompPolicy(deny ? "deny list" : "allow list", deny ? SeccompAction.Allow : SeccompAction.Errno, [], deny ? null : Native.Errno.EPERM);
        return deny ? empty.Deny(names) : empty.Allow(names);
    }

    private static SeccompPolicy FromFile(string path) => SeccompFile.Read(path) is [SeccompPolicy policy]
        ? policy
        : throw new SandboxException("SeccompPolicy,NO_SINGLE_POLICY", SandboxErrorKind.InvalidArgument, $"'{path}' holds no single policy.", "Import it with Import-SeccompPolicy and give one of the objects.");
}
