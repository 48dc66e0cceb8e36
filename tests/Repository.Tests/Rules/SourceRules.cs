using System.Text.RegularExpressions;

namespace Sandbox.Repository.Tests.Rules;

/// <summary>Sizes, names and contents of files.</summary>
public static partial class SourceRules
{
    private const int LongestFile = 400;
    private static readonly string[] NamedAfterType = ["src/Engine", "src/Cmdlets", "tools"];

    // Tables of numbers that are generated or copied from kernel headers.
    private static readonly string[] DataTables = ["src/Engine/Seccomp/Syscalls/"];

    // In pieces, so that this file doesn't break its own rule.
    private static readonly string[] MachinePaths = ["/wo" + "rk/", "/tmp/" + "h/", "/bash" + "_jobs", "/home/" + "runner"];

    public static IEnumerable<string> FilesAreShort(RepositoryTree tree) =>
        from file in Code(tree)
        let lines = File.ReadLines(Path.Combine(tree.Root, file)).Count()
        where lines > LongestFile
        select $"{file} has {lines} lines; {LongestFile} are the most.";

    public static IEnumerable<string> MostFilesAreShort(RepositoryTree tree)
    {
        int[] lengths = [.. Code(tree).Where(file => file.StartsWith("src/", StringComparison.Ordinal))
            .Select(file => File.ReadLines(Path.Combine(tree.Root, file)).Count()).Order()];
        if (lengths.Length == 0) yield break;
        int median = lengths[lengths.Length / 2], ninetieth = lengths[lengths.Length * 9 / 10];
        if (median > 80) yield return $"The median source file has {median} lines; 80 are the most.";
        if (ninetieth > 200) yield return $"The 90th percentile of source files is {ninetieth} lines; 200 are the most.";
    }

    public static IEnumerable<string> FilesAreNamedAfterTheirType(RepositoryTree tree) =>
        from file in NamedAfterType.SelectMany(folder => tree.Under(folder, ".cs"))
        let type = Path.GetFileName(file).Split('.')[0] // Type.Concern.cs is a part of Type
        where type is not ("GlobalUsings" or "AssemblyInfo")
        where !Declares(tree.Read(file), type)
        select $"{file} declares no type {type}.";

    public static IEnumerable<string> NoMachinePaths(RepositoryTree tree) =>
        from file in tree.Files
        let text = tree.Read(file)
        from path in MachinePaths
        where text.Contains(path, StringComparison.Ordinal)
        select $"{file} names the machine path {path}.";

    public static IEnumerable<string> ProjectsAreInTheSolution(RepositoryTree tree)
    {
        string solution = tree.Read("Sandbox.slnx");
        return tree.Files.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal) && !solution.Contains($"\"{file}\"", StringComparison.Ordinal))
            .Select(file => $"{file} is not in Sandbox.slnx.");
    }

    public static IEnumerable<string> StandardFilesExist(RepositoryTree tree)
    {
        string[] needed =
        [
            "README.md", "CHANGELOG.md", "LICENSE", "Sandbox.psd1", "Sandbox.slnx", "build.sh", "build.ps1", "global.json", ".editorconfig",
            ".ci/run", "Directory.Build.props", "Directory.Packages.props", "module/Sandbox.Types.ps1xml", "examples/Demo.ps1",
        ];
        foreach (string file in needed.Where(file => !tree.Has(file))) yield return $"{file} is missing.";
        if (tree.Has("CHANGELOG.md") && !tree.Read("CHANGELOG.md").Contains("\n## ", StringComparison.Ordinal))
            yield return "CHANGELOG.md has no section.";
    }

    private static IEnumerable<string> Code(RepositoryTree tree) =>
        tree.Files.Where(file => file.EndsWith(".cs", StringComparison.Ordinal) && !DataTables.Any(table => file.StartsWith(table, StringComparison.Ordinal)));

    private static bool Declares(string source, string type) => Declaration().Matches(source).Any(match => match.Groups["name"].Value == type);

    [GeneratedRegex(@"\b(record\s+(class|struct)|class|struct|record|interface|enum)\s+(?<name>\w+)|\bdelegate\s+[^;(]*?\b(?<name>\w+)\s*\(")]
    private static partial Regex Declaration();
}
