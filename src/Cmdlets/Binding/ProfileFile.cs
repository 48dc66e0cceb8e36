using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Sandbox.Hardening;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Reads a profile file: JSON by the engine, psd1 by PowerShell's own parser, as data and never as code.</summary>
internal static class ProfileFile
{
    public static HardeningProfile Read(string path)
    {
        if (!File.Exists(path)) throw Missing($"'{path}' doesn't exist.", "Check the path.");
        return path.EndsWith(".psd1", StringComparison.OrdinalIgnoreCase) ? ReadData(path) : ProfileReader.FromFile(path);
    }

    /// <summary>The profile of a text that is no built-in name.</summary>
    public static HardeningProfile Find(string text, string path)
    {
        bool isPath = text.Contains('/', StringComparison.Ordinal) || Path.GetExtension(text).ToUpperInvariant() is ".JSON" or ".PSD1" || File.Exists(path);
        if (isPath) return Read(path);
        throw Missing($"'{text}' is neither a built-in profile nor a file.", $"Built-in profiles: {string.Join(", ", BuiltInProfiles.Names)}.");
    }

    private static SandboxException Missing(string message, string remedy) => new("HardeningProfile,ENOENT", SandboxErrorKind.ObjectNotFound, message, remedy);

    private static HardeningProfile ReadData(string path)
    {
        var script = Parser.ParseInput(Text(path), path, out _, out var errors);
        if (errors.Length > 0) throw Bad(path, errors[0].Extent.StartLineNumber, errors[0].Message);
        if (script.Find(a => a is HashtableAst, searchNestedScriptBlocks: false) is not HashtableAst table) throw Bad(path, 1, "A profile file holds one hashtable.");
        try
        {
            return ProfileReader.FromDictionary((IDictionary)table.SafeGetValue(), path, Path.GetDirectoryName(path));
        }
        catch (InvalidOperationException e)
        {
            throw Bad(path, table.Extent.StartLineNumber, "Only constant values are allowed: " + e.Message);
        }
    }

    // The parser would report a file that can't be read as a mistake in its line 0.
    private static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SandboxException("HardeningProfile,UNREADABLE", SandboxErrorKind.PermissionDenied, $"{path}: {e.Message}", "Check the path and its permissions.", e);
        }
    }

    private static SandboxException Bad(string path, int line, string message) =>
        new("HardeningProfile,PSD1", SandboxErrorKind.ParserError, $"{path}, line {line}: {message}", "Export-HardeningProfile writes a file of the right form.");
}
