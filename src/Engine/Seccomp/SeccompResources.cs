namespace Sandbox.Seccomp;

/// <summary>The data files that are built into the assembly.</summary>
internal static class SeccompResources
{
    public static Stream Open(string name) =>
        typeof(SeccompResources).Assembly.GetManifestResourceStream("Sandbox.Seccomp." + name)
            ?? throw new SandboxException("Seccomp,NO_RESOURCE", SandboxErrorKind.ObjectNotFound, $"The assembly lacks the resource {name}.");

    public static string ReadText(string name)
    {
        using var reader = new StreamReader(Open(name));
        return reader.ReadToEnd();
    }

    public static IEnumerable<string> ReadLines(string name)
    {
        using var reader = new StreamReader(Open(name));
        while (reader.ReadLine() is { } line) yield return line;
    }
}
