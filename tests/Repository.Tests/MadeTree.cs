namespace Sandbox.Repository.Tests;

/// <summary>A small repository in a temporary folder, for trying a rule on what breaks it.</summary>
public sealed class MadeTree : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("sandbox-tree-").FullName;

    public MadeTree With(string file, string text)
    {
        string path = Path.Combine(root, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return this;
    }

    public MadeTree WithManifest(string cmdlets = "", string views = "") =>
        With("Sandbox.psd1", $"@{{ CmdletsToExport = @({cmdlets}); FormatsToProcess = @({views}) }}");

    public RepositoryTree Tree => new(root);

    public string PathOf(string file) => Path.Combine(root, file);

    public void Dispose() => Directory.Delete(root, recursive: true);
}
