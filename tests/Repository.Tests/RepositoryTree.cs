using System.Management.Automation.Language;

namespace Sandbox.Repository.Tests;

/// <summary>The files of a repository, without what builds make.</summary>
public sealed class RepositoryTree
{
    private static readonly string[] Made = [".git", "bin", "obj", "out", "TestResults", "BenchmarkDotNet.Artifacts"];

    public RepositoryTree(string root)
    {
        Root = root;
        Files = [.. Walk(root).Select(file => Path.GetRelativePath(root, file)).Order(StringComparer.Ordinal)];
    }

    public string Root { get; }

    /// <summary>Every file, relative to the root.</summary>
    public IReadOnlyList<string> Files { get; }

    public IEnumerable<string> Under(string folder, string ending) =>
        Files.Where(file => file.StartsWith(folder + "/", StringComparison.Ordinal) && file.EndsWith(ending, StringComparison.Ordinal));

    public bool Has(string file) => File.Exists(Path.Combine(Root, file));

    public string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    /// <summary>The strings of one key of the manifest, in their order.</summary>
    public IReadOnlyList<string> ManifestValues(string key)
    {
        Ast manifest = Parser.ParseFile(Path.Combine(Root, "Sandbox.psd1"), out _, out ParseError[] errors);
        Assert.Empty(errors);
        var table = (HashtableAst)manifest.Find(ast => ast is HashtableAst, searchNestedScriptBlocks: false)!;
        return [.. table.KeyValuePairs.Where(pair => pair.Item1.ToString() == key)
            .SelectMany(pair => pair.Item2.FindAll(ast => ast is StringConstantExpressionAst, false)).Cast<StringConstantExpressionAst>().Select(text => text.Value)];
    }

    private static IEnumerable<string> Walk(string folder) =>
        Directory.EnumerateFiles(folder).Concat(Directory.EnumerateDirectories(folder).Where(child => !Made.Contains(Path.GetFileName(child))).SelectMany(Walk));
}
