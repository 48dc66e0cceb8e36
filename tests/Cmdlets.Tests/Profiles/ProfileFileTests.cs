using System.Management.Automation;

namespace Sandbox.Cmdlets.Tests.Profiles;

/// <summary>A folder of a test's own, and a session.</summary>
public abstract class ProfileFileTests : IDisposable
{
    protected ModuleRunspace Session { get; } = new();

    protected string Folder { get; } = Directory.CreateTempSubdirectory("sandbox-test-").FullName;

    public void Dispose()
    {
        Session.Dispose();
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected string Write(string name, string text)
    {
        string path = Path.Combine(Folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
