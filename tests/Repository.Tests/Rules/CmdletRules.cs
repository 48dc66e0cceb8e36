using System.Management.Automation;
using System.Reflection;
using Sandbox.Cmdlets.Base;

namespace Sandbox.Repository.Tests.Rules;

/// <summary>The cmdlet classes, compared with files and manifest.</summary>
public static class CmdletRules
{
    private static readonly HashSet<string> ApprovedVerbs = [.. typeof(VerbsCommon).Assembly.GetExportedTypes()
        .Where(type => type.Namespace == "System.Management.Automation" && type.Name.StartsWith("Verbs", StringComparison.Ordinal))
        .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static)).Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!)];

    public static IReadOnlyList<Type> CmdletsOf(Assembly assembly) =>
        [.. assembly.GetExportedTypes().Where(type => type.GetCustomAttribute<CmdletAttribute>() is not null).OrderBy(Name, StringComparer.Ordinal)];

    public static string Name(Type cmdlet)
    {
        CmdletAttribute attribute = cmdlet.GetCustomAttribute<CmdletAttribute>()!;
        return $"{attribute.VerbName}-{attribute.NounName}";
    }

    public static IEnumerable<string> NamesFollowTheRules(IEnumerable<Type> cmdlets)
    {
        foreach (Type cmdlet in cmdlets)
        {
            CmdletAttribute attribute = cmdlet.GetCustomAttribute<CmdletAttribute>()!;
            if (cmdlet.Name != $"{attribute.VerbName}{attribute.NounName}Command")
                yield return $"{cmdlet.Name} should be named {attribute.VerbName}{attribute.NounName}Command.";
            if (!ApprovedVerbs.Contains(attribute.VerbName)) yield return $"{Name(cmdlet)}: {attribute.VerbName} is no approved verb.";
            if (attribute.NounName.EndsWith('s') && !attribute.NounName.EndsWith("ss", StringComparison.Ordinal))
                yield return $"{Name(cmdlet)}: the noun is no singular.";
            // PowerShell's own base gives a subscription -SourceIdentifier, -Action, -MessageData, -Forward, and the rest.
            if (!cmdlet.IsSubclassOf(typeof(SandboxCmdlet)) && !cmdlet.IsSubclassOf(typeof(Microsoft.PowerShell.Commands.ObjectEventRegistrationBase))) yield return $"{cmdlet.Name} doesn't derive from SandboxCmdlet.";
            if (!cmdlet.IsSealed) yield return $"{cmdlet.Name} isn't sealed.";
        }
    }

    public static IEnumerable<string> EachHasItsFile(RepositoryTree tree, IEnumerable<Type> cmdlets) =>
        cmdlets.Where(cmdlet => !tree.Under("src/Cmdlets", $"/{cmdlet.Name}.cs").Any()).Select(cmdlet => $"There is no src/Cmdlets/<Area>/{cmdlet.Name}.cs.");

    public static IEnumerable<string> FilesAreCmdlets(RepositoryTree tree, IEnumerable<Type> cmdlets) =>
        tree.Under("src/Cmdlets", "Command.cs").Where(file => !cmdlets.Any(cmdlet => Path.GetFileNameWithoutExtension(file) == cmdlet.Name))
            .Select(file => $"{file} holds no public cmdlet of its name.");

    public static IEnumerable<string> ManifestExportsThem(RepositoryTree tree, IEnumerable<Type> cmdlets)
    {
        IReadOnlyList<string> exported = tree.ManifestValues("CmdletsToExport");
        string[] names = [.. cmdlets.Select(Name)];
        foreach (string name in names.Except(exported)) yield return $"Sandbox.psd1 doesn't export {name}.";
        foreach (string name in exported.Except(names)) yield return $"Sandbox.psd1 exports {name}, which is no cmdlet.";
        if (!exported.SequenceEqual(exported.Order(StringComparer.Ordinal))) yield return "CmdletsToExport is not sorted.";
    }

    public static IEnumerable<string> OutputsAreDeclared(IEnumerable<Type> cmdlets) =>
        cmdlets.Where(cmdlet => !OutputTypes(cmdlet).Any()).Select(cmdlet => $"{cmdlet.Name} has no OutputType.");

    public static IEnumerable<string> ParametersAreOfOurTypes(IEnumerable<Type> cmdlets) =>
        from cmdlet in cmdlets
        from property in cmdlet.GetProperties().Where(property => property.GetCustomAttributes<ParameterAttribute>().Any())
        from type in Flatten(property.PropertyType)
        let assembly = type.Assembly.GetName().Name!
        where !(assembly.StartsWith("System.", StringComparison.Ordinal) || assembly is "Sandbox" or "Sandbox.Engine")
        select $"{cmdlet.Name} -{property.Name} is of {type}, a type of the dependency {assembly}.";

    public static IEnumerable<Type> OutputTypes(Type cmdlet) =>
        cmdlet.GetCustomAttributes<OutputTypeAttribute>().SelectMany(attribute => attribute.Type).Select(name => name.Type).Where(type => type is not null);

    private static IEnumerable<Type> Flatten(Type type) =>
        type.HasElementType ? Flatten(type.GetElementType()!) : type.GetGenericArguments().SelectMany(Flatten).Append(type);
}
