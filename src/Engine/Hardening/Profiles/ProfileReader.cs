using System.Collections;

namespace Sandbox.Hardening;

/// <summary>Reads profiles from JSON text, files and hashtables.</summary>
public static class ProfileReader
{
    private const long MaxFileSize = 1 << 20;

    /// <summary>
    /// From JSON text. <paramref name="source"/> is named in errors; a relative <c>extends</c> is looked up from
    /// <paramref name="directory"/>, by default the current one.
    /// </summary>
    public static HardeningProfile FromJson(string json, string source = "profile", string? directory = null) =>
        Read(json, source, directory ?? Environment.CurrentDirectory, []);

    /// <summary>From a JSON file.</summary>
    public static HardeningProfile FromFile(string path) => ReadFile(Path.GetFullPath(path), []);

    /// <summary>From a hashtable such as a psd1 file holds; keys may be in any case.</summary>
    public static HardeningProfile FromDictionary(IDictionary dictionary, string source = "profile", string? directory = null) =>
        ProfileBinder.Bind(ProfileDictionary.Convert(dictionary, source, "$"), true, n => Base(n, directory ?? Environment.CurrentDirectory, []));

    /// <summary>The text of an embedded profile, which extends only other embedded ones.</summary>
    internal static HardeningProfile Read(string json, string source, string directory, IReadOnlyList<string> chain) =>
        ProfileBinder.Bind(ProfileJson.Parse(json, source), false, n => Base(n, directory, chain));

    private static HardeningProfile Base(ProfileNode extends, string directory, IReadOnlyList<string> chain)
    {
        string name = extends.AsString();
        if (BuiltInProfiles.TryGet(name, out HardeningProfile? profile))
            return profile;
        string path = Path.GetFullPath(name, directory);
        if (chain.Contains(path))
            throw extends.Error("CYCLE", "profiles extend each other: " + string.Join(" -> ", [.. chain, path]));
        if (!File.Exists(path))
            throw extends.Error("UNKNOWN_NAME", $"'{name}' is neither a built-in profile ({string.Join(", ", BuiltInProfiles.Names)}) nor a file.{NameSuggestion.For(name, BuiltInProfiles.Names)}");
        return ReadFile(path, chain);
    }

    private static HardeningProfile ReadFile(string path, IReadOnlyList<string> chain)
    {
        string text;
        try
        {
            using FileStream stream = File.OpenRead(path);
            if (stream.Length > MaxFileSize)
                throw new SandboxException("HardeningProfile,TOO_LARGE", SandboxErrorKind.ParserError, $"{path} is larger than {MaxFileSize} bytes", "Name a profile file.");
            using var reader = new StreamReader(stream);
            text = reader.ReadToEnd();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            bool missing = e is FileNotFoundException or DirectoryNotFoundException;
            throw new SandboxException(missing ? "HardeningProfile,NOT_FOUND" : "HardeningProfile,UNREADABLE",
                missing ? SandboxErrorKind.ObjectNotFound : SandboxErrorKind.PermissionDenied, $"{path}: {e.Message}", "Check the path and its permissions.", e);
        }

        return Read(text, path, Path.GetDirectoryName(path)!, [.. chain, path]);
    }
}
