namespace Sandbox.Capture;

/// <summary>Writes flows as NDJSON: an object on each line, which begins and ends in it.</summary>
public static class PacketFlowFile
{
    /// <summary>Writes a file whole or not at all.</summary>
    /// <param name="flows">The flows.</param>
    /// <param name="path">The file.</param>
    /// <param name="replace">Whether one that exists is replaced.</param>
    /// <exception cref="SandboxException">It exists, or can't be written.</exception>
    public static void Write(IEnumerable<PacketFlow> flows, string path, bool replace)
    {
        if (!replace && File.Exists(path)) throw Exists(path);
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            using (var stream = File.Create(temporary))
            {
                foreach (var flow in flows)
                {
                    PacketFlowJson.Write(stream, flow);
                    stream.WriteByte((byte)'\n');
                }
            }

            File.Move(temporary, path, replace);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(temporary)) File.Delete(temporary);
            if (!replace && File.Exists(path)) throw Exists(path);
            throw new SandboxException("PacketFlowFile,EIO", SandboxErrorKind.PermissionDenied, $"'{path}' can't be written: {e.Message}", "Check the directory, its permissions and its space.", e);
        }
    }

    private static SandboxException Exists(string path) => new("PacketFlowFile,EEXIST", SandboxErrorKind.ResourceExists, $"'{path}' exists.", "Use -Force to replace it.");
}
