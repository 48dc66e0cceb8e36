namespace Sandbox.Hardening;

/// <summary>Writes profile files, in the format that the name asks for.</summary>
public static class ProfileFileWriter
{
    /// <summary>Writes a file whole or not at all.</summary>
    public static void Write(HardeningProfile profile, string path, bool replace)
    {
        var text = Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".JSON" => ProfileWriter.ToJson(profile),
            ".PSD1" => ProfileWriter.ToPsd1(profile),
            var other => throw new SandboxException("ProfileFile,FORMAT", SandboxErrorKind.InvalidArgument, $"'{path}': a profile file ends in .json or .psd1, not '{other}'.", "Give the file one of these endings."),
        };
        if (!replace && File.Exists(path)) throw new SandboxException("ProfileFile,EEXIST", SandboxErrorKind.ResourceExists, $"'{path}' exists.", "Use -Force to replace it.");
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            File.WriteAllText(temporary, text);
            File.Move(temporary, path, replace);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(temporary)) File.Delete(temporary);
            throw new SandboxException("ProfileFile,EIO", SandboxErrorKind.PermissionDenied, $"'{path}' can't be written: {e.Message}", "Check the directory and its permissions.", e);
        }
    }
}
