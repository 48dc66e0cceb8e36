using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Sandbox.Repository.Tests.Rules;

/// <summary>The direction of dependencies, read from the compiled assemblies.</summary>
public static class AssemblyRules
{
    public static IEnumerable<string> References(string assembly, params string[] forbidden)
    {
        using PEReader file = Open(assembly);
        MetadataReader metadata = file.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name)).Where(forbidden.Contains)
            .Select(name => $"{Path.GetFileName(assembly)} references {name}.")];
    }

    public static IEnumerable<string> NativeCalls(string assembly)
    {
        using PEReader file = Open(assembly);
        MetadataReader metadata = file.GetMetadataReader();
        return [.. from handle in metadata.MethodDefinitions
                   let method = metadata.GetMethodDefinition(handle)
                   where (method.Attributes & MethodAttributes.PinvokeImpl) != 0
                   let type = metadata.GetTypeDefinition(method.GetDeclaringType())
                   select $"{Path.GetFileName(assembly)}: {metadata.GetString(type.Name)}.{metadata.GetString(method.Name)} is a native call."];
    }

    private static PEReader Open(string assembly) => new(File.OpenRead(assembly));
}
