using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Sandbox.Hardening;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Reads a profile file: JSON by the engine, psd1 by PowerShell's own parser, as data and never as code.</summary>
internal static class ProfileFile
{
    public static HardeningProfile Read(string path, string given)
    {
        if (!File.Exists(path))
        {
            throw new SandboxException(
                "HardeningProfile,ENOENT",
                SandboxErrorKind.ObjectNotFound,
                $"'{given}' is neither a built-in profile nor a file.",
                $"Built-in profiles: {string.Join(", ", BuiltInProfiles.Names)}.");
        }

        return path.EndsWith(".psd1", StringComparison.OrdinalIgnoreCase) ? ReadData(path) : ProfileReader.FromFile(path);
    }

    private static HardeningProfile ReadData(string path)
    {
        var script = Parser.ParseFile(path, out _, out var errors);
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

    private static SandboxException Bad(string path, int line, string message) =>
        new("HardeningProfile,PSD1", SandboxErrorKind.ParserError, $"{path}, line {line}: {message}", "Export-HardeningProfile writes a file of the right form.");
}
