"""Code that is neither DEX nor script: .NET assemblies, native libraries, Python files."""
