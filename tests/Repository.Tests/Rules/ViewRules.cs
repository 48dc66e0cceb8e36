using System.Reflection;
using System.Xml.Linq;

namespace Sandbox.Repository.Tests.Rules;

/// <summary>module/Views, compared with the manifest and the output types.</summary>
public static class ViewRules
{
    private const string Folder = "module/Views";
    private const string Ending = ".Format.ps1xml";

    public static IEnumerable<string> ManifestLoadsThem(RepositoryTree tree)
    {
        IReadOnlyList<string> listed = tree.ManifestValues("FormatsToProcess");
        string[] files = [.. tree.Under(Folder, Ending).Select(file => Path.GetRelativePath("module", file))];
        foreach (string file in files.Except(listed)) yield return $"Sandbox.psd1 doesn't load {file}.";
        foreach (string file in listed.Except(files)) yield return $"Sandbox.psd1 loads {file}, which isn't in module/.";
        if (!listed.SequenceEqual(listed.Order(StringComparer.Ordinal))) yield return "FormatsToProcess is not sorted.";
    }

    public static IEnumerable<string> OutputTypesHaveOne(RepositoryTree tree, IEnumerable<Type> cmdlets) =>
        from cmdlet in cmdlets
        from type in CmdletRules.OutputTypes(cmdlet)
        where type.Namespace is not null && type.Namespace.Split('.')[0] == "Sandbox" && !type.IsEnum
        where !tree.Has($"{Folder}/{type.Name}{Ending}")
        select $"{cmdlet.Name} outputs {type.Name}, which has no {Folder}/{type.Name}{Ending}.";

    public static IEnumerable<string> EachSelectsItsType(RepositoryTree tree, IReadOnlyList<Assembly> assemblies)
    {
        foreach (string file in tree.Under(Folder, Ending))
        {
            string name = Path.GetFileName(file)[..^Ending.Length];
            if (!assemblies.Any(assembly => assembly.GetExportedTypes().Any(type => type.Name == name))) yield return $"{file}: there is no public type {name}.";
            foreach (XElement view in XDocument.Parse(tree.Read(file)).Descendants("View"))
            {
                string[] types = [.. view.Elements("ViewSelectedBy").Elements("TypeName").Select(element => element.Value)];
                string? type = types.FirstOrDefault(type => type.Split('.')[^1] == name && !type.StartsWith("Deserialized.", StringComparison.Ordinal));
                if (type is null) yield return $"{file}: the view {view.Element("Name")?.Value} isn't selected by {name}.";
                else if (!types.Contains($"Deserialized.{type}")) yield return $"{file}: the view {view.Element("Name")?.Value} lacks Deserialized.{type}.";
            }
        }
    }
}
