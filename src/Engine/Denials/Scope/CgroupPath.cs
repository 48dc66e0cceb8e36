namespace Sandbox.Denials;

/// <summary>Paths as /proc/pid/cgroup has them.</summary>
internal static class CgroupPath
{
    /// <summary>With one leading slash and none at the end; the root is '/'.</summary>
    public static string Normalize(string path) => "/" + path.Trim('/');

    /// <summary>Whether a group is the expected one or lies below it. The root contains only itself: else it would match everything.</summary>
    public static SeccompDenialScope? Match(string expected, string actual)
    {
        (expected, actual) = (Normalize(expected), Normalize(actual));
        if (actual == expected) return SeccompDenialScope.Cgroup;
        return expected.Length > 1 && actual.Length > expected.Length && actual[expected.Length] == '/' && actual.StartsWith(expected, StringComparison.Ordinal)
            ? SeccompDenialScope.CgroupBelow : null;
    }
}
